%% flatten, flatlength, append, concat, join.
-module(list_flatten).
-export([start/0]).

start() ->
    erlang:display(lists:flatten([1, [2, [3, []], [[[4]]]], 5])),
    erlang:display(lists:flatten([[a], [b]], [tail])),
    erlang:display(lists:flatlength([1, [2, [3]]])),
    erlang:display(lists:append([[1], [2, 3], []])),
    erlang:display(lists:append([1], [2])),
    erlang:display(lists:concat([abc, 1, "def", '-', 2])),
    erlang:display(lists:join(",", ["a", "b", "c"])),
    erlang:display(lists:enumerate([a, b])),
    erlang:display(lists:prefix("ab", "abc")),
    erlang:display(lists:suffix("bc", "abc")),
    erlang:display(lists:subtract([1, 2, 3], [2])).
