%% Large integers made and dropped in a loop.
-module(gc_bignums).
-export([start/0]).

start() ->
    erlang:display(loop(300, 1) rem 1000000007).

loop(0, Acc) -> Acc;
loop(N, Acc) ->
    X = Acc * (N + (1 bsl 40)),
    loop(N - 1, X band ((1 bsl 256) - 1) bor 1).
