%% Head, tail, length, append and subtract.
-module(list_basic).
-export([start/0, id/1]).

start() ->
    L = id([1, 2, 3]),
    erlang:display(hd(L)),
    erlang:display(tl(L)),
    erlang:display(length(L)),
    erlang:display(L ++ [4, 5]),
    erlang:display(L ++ tail),
    erlang:display([] ++ id(a)),
    erlang:display([1, 2, 3, 2, 1] -- id([1, 2])),
    erlang:display(id([a, b]) -- [c]),
    erlang:display([1, 1.0, 2] -- id([1.0])),
    erlang:display([try hd(id([])) catch error:R -> R end, try tl(id(a)) catch error:R2 -> R2 end,
       try length(id([1 | 2])) catch error:R3 -> R3 end, try id(a) ++ [1] catch error:R4 -> R4 end,
       try [1] -- id(x) catch error:R5 -> R5 end]).

id(X) -> X.
