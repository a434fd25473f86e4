%% map, filter, folds, flatmap, mapfoldl and foreach.
-module(list_fold_map).
-export([start/0, id/1]).

start() ->
    L = id([1, 2, 3, 4, 5]),
    erlang:display(lists:map(fun(X) -> X * X end, L)),
    erlang:display(lists:filter(fun(X) -> X rem 2 =:= 1 end, L)),
    erlang:display(lists:foldl(fun(X, A) -> [X | A] end, [], L)),
    erlang:display(lists:foldr(fun(X, A) -> [X | A] end, [], L)),
    erlang:display(lists:flatmap(fun(X) -> [X, -X] end, L)),
    erlang:display(lists:mapfoldl(fun(X, S) -> {X + S, S + X} end, 0, L)),
    erlang:display(lists:mapfoldr(fun(X, S) -> {X + S, S + X} end, 0, L)),
    erlang:display(lists:filtermap(fun(X) when X > 3 -> {true, {big, X}}; (X) -> X =:= 1 end, L)),
    lists:foreach(fun(X) -> erlang:display(X) end, L),
    erlang:display([lists:any(fun(X) -> X > 4 end, L), lists:all(fun(X) -> X > 4 end, L)]).

id(X) -> X.
