%% Integer division truncates towards zero and rem keeps the dividend's sign.
-module(arith_div_rem).
-export([start/0]).

start() ->
    [show(A, B) || A <- [7, -7, 0, 2147483648, -2147483648, 9223372036854775807],
                   B <- [2, -2, 3, -1, 7]].

show(A, B) ->
    erlang:display({A, B, A div B, A rem B}).
