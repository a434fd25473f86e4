%% merge_with, intersect, filtermap, groups_from_list, foreach.
-module(map_module_more).
-export([start/0]).

start() ->
    A = #{a => 1, b => 2},
    B = #{b => 3, c => 4},
    erlang:display(maps:merge_with(fun(_, X, Y) -> X + Y end, A, B)),
    erlang:display(maps:intersect(A, B)),
    erlang:display(maps:intersect_with(fun(_, X, Y) -> {X, Y} end, A, B)),
    erlang:display(maps:filtermap(fun(_, V) when V > 1 -> {true, V * 10}; (_, _) -> false end, A)),
    erlang:display(maps:groups_from_list(fun(X) -> X rem 2 end, [1, 2, 3, 4, 5])),
    maps:foreach(fun(K, V) -> erlang:display({K, V}) end, #{only => one}).
