%% Maps: 300,000 updates of a map of 1,000 keys and of a map of eight.
-module(bench_map_update).
-export([start/0]).

%% Not on the hostile build: a benchmark.
start() ->
    Large = maps:from_list([{I, 0} || I <- lists:seq(0, 999)]),
    Small = #{a => 0, b => 0, c => 0, d => 0, e => 0, f => 0, g => 0, h => 0},
    erlang:display(lists:sum(maps:values(large(300000, Large)))),
    erlang:display(small(300000, Small)).

large(0, M) -> M;
large(N, M) ->
    K = N * 7919 rem 1000,
    #{K := V} = M,
    large(N - 1, M#{K := V + N}).

small(0, M) -> M;
small(N, #{d := D, h := H} = M) -> small(N - 1, M#{d := D + 1, h := H + D rem 3}).
