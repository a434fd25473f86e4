%% A thousand processes in a ring pass a token.
-module(proc_many).
-export([start/0]).

start() ->
    Self = self(),
    First = lists:foldl(fun(_, Next) -> spawn(fun() -> forward(Next) end) end, Self, lists:seq(1, 1000)),
    First ! {token, 0},
    erlang:display(receive {token, N} -> N end).

forward(Next) ->
    receive {token, N} -> Next ! {token, N + 1} end.
