%% Funs of one place with equal environments are equal.
-module(fun_equality).
-export([start/0, id/1]).

start() ->
    erlang:display(make(id(1)) =:= make(id(1))),
    erlang:display(make(id(1)) =:= make(id(2))),
    F = make([a]),
    erlang:display(F == F),
    erlang:display(lists:member(F, [x, F])),
    erlang:display(maps:get(F, #{make([a]) => found}, missing)).

make(N) -> fun() -> N end.

id(X) -> X.
