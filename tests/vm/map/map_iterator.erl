%% Iterators visit each key once, on small and large maps.
-module(map_iterator).
-export([start/0]).

start() ->
    [erlang:display(visit(N)) || N <- [0, 1, 5, 32, 33, 500]].

visit(N) ->
    M = maps:from_list([{I, -I} || I <- lists:seq(1, N)]),
    Seen = walk(maps:next(maps:iterator(M)), []),
    {N, lists:sort(Seen) =:= [{I, -I} || I <- lists:seq(1, N)]}.

walk(none, Acc) -> Acc;
walk({K, V, Next}, Acc) -> walk(maps:next(Next), [{K, V} | Acc]).
