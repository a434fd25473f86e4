%% Sorting: plain, by a function, unique, stable.
-module(list_sort).
-export([start/0, id/1]).

start() ->
    L = id([5, 3, 9, 1, 3, 7, 5, 2]),
    erlang:display(lists:sort(L)),
    erlang:display(lists:usort(L)),
    erlang:display(lists:sort(fun(A, B) -> A >= B end, L)),
    erlang:display(lists:usort(fun(A, B) -> A rem 3 =< B rem 3 end, L)),
    erlang:display(lists:sort([c, "b", {a}, 1, <<"x">>])),
    erlang:display(lists:sort(fun({A, _}, {B, _}) -> A =< B end, [{2, a}, {1, b}, {2, c}, {1, d}])),
    erlang:display(lists:merge([1, 3, 5], [2, 4])),
    erlang:display(lists:umerge([1, 2, 3], [2, 3, 4])),
    erlang:display(lists:merge3([1, 4], [2, 5], [3, 6])).

id(X) -> X.
