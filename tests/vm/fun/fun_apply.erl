%% apply with a fun, with module, function and arguments, and dynamic calls.
-module(fun_apply).
-export([start/0, id/1]).

-export([sum/3]).

start() ->
    erlang:display(apply(fun(A, B) -> {A, B} end, [1, 2])),
    erlang:display(apply(id(?MODULE), sum, [1, 2, 3])),
    M = id(?MODULE),
    F = id(sum),
    erlang:display(M:F(4, 5, 6)),
    erlang:display(apply(M, F, id([7, 8, 9]))),
    erlang:display(apply(erlang, id(max), [3, 4])),
    erlang:display(apply(erlang, id('+'), [3, 4])).

sum(A, B, C) -> A + B + C.

id(X) -> X.
