%% Several processes allocate side by side, each with its own heap.
-module(gc_process_heaps).
-export([start/0]).

start() ->
    Parent = self(),
    [spawn(fun() -> Parent ! {N, work(N, 30)} end) || N <- lists:seq(1, 10)],
    erlang:display([receive {N, R} -> R end || N <- lists:seq(1, 10)]).

work(N, 0) -> N;
work(N, K) ->
    L = [X + N || X <- lists:seq(1, 50)],
    work((lists:sum(L) + K) rem 1009, K - 1).
