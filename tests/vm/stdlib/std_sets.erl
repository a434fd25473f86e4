%% sets, ordsets, gb_sets.
-module(std_sets).
-export([start/0]).

start() ->
    A = sets:from_list([1, 2, 3, 2]),
    B = sets:from_list([3, 4], [{version, 2}]),
    p(lists:sort(sets:to_list(sets:union(sets:from_list([1], [{version, 2}]), B)))),
    p([sets:size(A), sets:is_element(2, A), sets:is_element(9, A)]),
    p(lists:sort(sets:to_list(sets:intersection(A, sets:from_list([2, 3, 9]))))),
    p(ordsets:union([1, 3], [2, 3])),
    p(ordsets:subtract([1, 2, 3], [2])),
    p(ordsets:is_subset([1], [1, 2])),
    G = gb_sets:from_list([c, a, b, a]),
    p(gb_sets:to_list(gb_sets:add(d, G))),
    p(gb_sets:smallest(G)),
    p(gb_sets:is_member(z, G)).

p(X) -> io:format("~p~n", [X]).
