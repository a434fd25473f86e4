%% Crossing the border between flat and large in both directions keeps every key.
-module(map_grow_shrink).
-export([start/0]).

start() ->
    Sizes = [30, 31, 32, 33, 34, 64, 65],
    Maps = [maps:from_list([{{k, I}, I} || I <- lists:seq(1, N)]) || N <- Sizes],
    erlang:display([map_size(M) || M <- Maps]),
    erlang:display([lists:sum(maps:values(M)) || M <- Maps]),
    Big = lists:last(Maps),
    Small = lists:foldl(fun(I, M) -> maps:remove({k, I}, M) end, Big, lists:seq(6, 65)),
    erlang:display(Small),
    erlang:display(Small =:= #{{k, 1} => 1, {k, 2} => 2, {k, 3} => 3, {k, 4} => 4, {k, 5} => 5}),
    erlang:display(lists:sort(maps:to_list(maps:merge(Small, #{a => b})))).
