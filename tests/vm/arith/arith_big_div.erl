%% Long division: quotient and remainder of large integers, all four signs.
-module(arith_big_div).
-export([start/0, id/1]).

start() ->
    A = id(123456789012345678901234567890123456789012345678901234567890),
    Divisors = [7, 4294967296, 18446744073709551616, 987654321098765432109876543210,
                123456789012345678901234567890123456789012345678901234567891],
    [check(X, Y) || X <- [A, -A], D <- Divisors, Y <- [D, -D]].

check(X, Y) ->
    Q = X div Y,
    R = X rem Y,
    erlang:display({Q, R}),
    X = Q * Y + R.

id(X) -> X.
