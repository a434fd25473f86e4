%% Selective receive takes later messages first and keeps the rest in order.
-module(proc_selective).
-export([start/0]).

start() ->
    [self() ! M || M <- [a, 1, b, 2, c, 3]],
    erlang:display([receive N when is_integer(N) -> N end || _ <- [1, 2, 3]]),
    erlang:display([receive A -> A end || _ <- [1, 2, 3]]),
    erlang:display(receive _ -> more after 0 -> empty end).
