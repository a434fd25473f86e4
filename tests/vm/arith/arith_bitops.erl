%% band, bor, bxor and bnot on positive and negative integers.
-module(arith_bitops).
-export([start/0]).

start() ->
    Values = [0, 1, -1, 5, -5, 16#FF00, 2147483647, -2147483648, 16#FFFFFFFF, 1 bsl 40, -(1 bsl 40)],
    [erlang:display({A, B, A band B, A bor B, A bxor B}) || A <- Values, B <- [3, -4, 16#F0F0F0F0]],
    [erlang:display(bnot A) || A <- Values].
