%% A long float expression stays in float registers and survives a call between.
-module(float_registers).
-export([start/0, id/1]).

start() ->
    erlang:display(float_to_list(polynomial(id(1.5), id(2.5)), [short])),
    erlang:display(float_to_list(sum(1000, 0.0), [short])).

polynomial(X, Y) when is_float(X), is_float(Y) ->
    A = X * X * 3.0 + Y * 2.0 - X / Y,
    B = id(A),
    B * (X + Y) - A * A.

sum(0, Acc) -> Acc;
sum(N, Acc) -> sum(N - 1, Acc + 1 / N).

id(X) -> X.
