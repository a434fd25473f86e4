%% zip, unzip, zipwith, zip3 and lists of unequal length.
-module(list_zip).
-export([start/0, id/1]).

start() ->
    erlang:display(lists:zip([1, 2], [a, b])),
    erlang:display(lists:unzip([{1, a}, {2, b}])),
    erlang:display(lists:zipwith(fun(A, B) -> A + B end, [1, 2], [10, 20])),
    erlang:display(lists:zip3([1], [2], [3])),
    erlang:display(lists:unzip3([{1, 2, 3}, {4, 5, 6}])),
    erlang:display(try lists:zip(id([1]), id([1, 2])) catch error:R -> R end).

id(X) -> X.
