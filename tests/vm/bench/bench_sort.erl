%% Sorting 50,000 pseudo-random integers, five times.
-module(bench_sort).
-export([start/0]).

%% Not on the hostile build: a benchmark.
start() ->
    erlang:display([checksum(lists:sort(random(50000, Seed, []))) || Seed <- [1, 2, 3, 4, 5]]).

random(0, _, Acc) -> Acc;
random(N, Seed, Acc) ->
    Next = (Seed * 1103515245 + 12345) band 16#7FFFFFFF,
    random(N - 1, Next, [Next bsr 4 | Acc]).

checksum(L) ->
    {Sum, _} = lists:foldl(fun(X, {S, I}) -> {(S + X * I) rem 1000003, I + 1} end, {0, 1}, L),
    Sum.
