%% begin/end blocks and variables exported from case branches.
-module(ctl_block_maybe).
-export([start/0, id/1]).

start() ->
    erlang:display(begin A = id(1), A + 1 end),
    case id(x) of x -> B = 1, C = 2; _ -> B = 3, C = 4 end,
    erlang:display({B, C}),
    erlang:display([begin Y = X * 2, Y + 1 end || X <- [1, 2, 3]]).

id(X) -> X.
