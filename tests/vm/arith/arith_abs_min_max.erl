%% abs, min, max and sign changes at the limits.
-module(arith_abs_min_max).
-export([start/0, id/1]).

start() ->
    [erlang:display(abs(V)) || V <- [0, -1, 134217728, -134217728, -2147483648, -576460752303423488,
                        -9223372036854775808, -(1 bsl 80)]],
    erlang:display(max(id(1), id(2))),
    erlang:display(min(id(a), id(2))),
    erlang:display(max(id(1 bsl 70), id(2))),
    erlang:display(min({1}, [1])).

id(X) -> X.
