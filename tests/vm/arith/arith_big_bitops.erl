%% Bit operations on large integers follow two's complement.
-module(arith_big_bitops).
-export([start/0, id/1]).

start() ->
    A = id(16#FEDCBA9876543210FEDCBA9876543210),
    B = id(16#0F0F0F0F0F0F0F0F0F0F0F0F),
    [erlang:display({X band Y, X bor Y, X bxor Y}) || X <- [A, -A], Y <- [B, -B, 255, -256]],
    erlang:display(bnot A),
    erlang:display(bnot -A),
    erlang:display(-A band A).

id(X) -> X.
