%% A list of 200,000 elements is copied by the collector without recursion.
-module(gc_deep_list).
-export([start/0]).

%% Not on the hostile build: collecting 200,000 elements at every allocation never ends.
start() ->
    L = lists:seq(1, 200000),
    M = [{X, X} || X <- L],
    erlang:garbage_collect(),
    erlang:display(length(M)),
    erlang:display(lists:last(M)),
    N = lists:foldl(fun(X, Acc) -> {X, Acc} end, nil, L),
    erlang:garbage_collect(),
    erlang:display(element(1, N)).
