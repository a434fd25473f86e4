%% Negation within a float expression.
-module(float_negate).
-export([start/0, id/1]).

start() ->
    erlang:display(float_to_list(f(id(1.5), id(2.0)), [short])),
    erlang:display(float_to_list(-id(2.5) * 1.0, [short])).

f(X, Y) when is_float(X), is_float(Y) -> -(X * Y) + -(Y - Y).

id(X) -> X.
