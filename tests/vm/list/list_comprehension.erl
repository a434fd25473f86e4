%% List comprehensions: generators, filters, patterns that do not match, nesting.
-module(list_comprehension).
-export([start/0, id/1]).

start() ->
    erlang:display([X * 2 || X <- id([1, 2, 3])]),
    erlang:display([{X, Y} || X <- id([1, 2]), Y <- [a, b]]),
    erlang:display([X || {ok, X} <- id([{ok, 1}, error, {ok, 2}])]),
    erlang:display([X || X <- lists:seq(1, 30), X rem 2 =:= 0, X rem 3 =:= 0]),
    erlang:display([[Y || Y <- lists:seq(1, X)] || X <- id([1, 2, 3])]),
    erlang:display([{A, B, C} || A <- lists:seq(1, 20), B <- lists:seq(A, 20), C <- lists:seq(B, 20), A * A + B * B =:= C * C]),
    erlang:display(try [X || X <- id(not_a_list)] catch error:R -> R end).

id(X) -> X.
