%% Lists order element by element and a prefix comes first.
-module(compare_lists).
-export([start/0, id/1]).

start() ->
    erlang:display(lists:sort([[1, 2], [1], [], [2], [1, 2, 3], [1 | 2], [a], [[]]])),
    erlang:display(["abc" < id("abd"), "ab" < id("abc"), [] < id([a]), [1 | b] < id([1, 2])]).

id(X) -> X.
