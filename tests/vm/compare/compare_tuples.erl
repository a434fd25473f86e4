%% Tuples order by size first, then by element.
-module(compare_tuples).
-export([start/0, id/1]).

start() ->
    erlang:display(lists:sort([{b}, {a, a}, {}, {a}, {1, z}, {1, a, b}, {a, 1}, {{}, []}])),
    erlang:display([{1, 2} < id({1, 3}), {9} < id({1, 1}), {a, b} =< id({a, b}), {1, 2} >= id({1, 2, 3})]).

id(X) -> X.
