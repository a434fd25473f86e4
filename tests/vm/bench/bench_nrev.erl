%% List cells: naive reverse of 400 elements, 300 times.
-module(bench_nrev).
-export([start/0]).

%% Not on the hostile build: a benchmark.
start() ->
    erlang:display(repeat(300, lists:seq(1, 400), 0)).

repeat(0, _, Sum) -> Sum;
repeat(N, L, Sum) ->
    [H | _] = nrev(L),
    repeat(N - 1, L, Sum + H).

nrev([]) -> [];
nrev([H | T]) -> append(nrev(T), [H]).

append([], L) -> L;
append([H | T], L) -> [H | append(T, L)].
