%% Integers beyond 64 bits: sums and differences with carries through every digit.
-module(arith_big_add).
-export([start/0, id/1]).

start() ->
    A = id(340282366920938463463374607431768211455),
    B = id(1),
    erlang:display(A + B),
    erlang:display(A + B - B),
    erlang:display(B - A),
    erlang:display(-A - A),
    erlang:display((A + B) - A),
    erlang:display(id(18446744073709551616) - id(18446744073709551615)),
    erlang:display(id(-18446744073709551616) + id(18446744073709551617)).

id(X) -> X.
