%% Factorials and powers grow far beyond the word.
-module(arith_big_mul).
-export([start/0]).

start() ->
    erlang:display(factorial(25)),
    erlang:display(factorial(60)),
    erlang:display(power(3, 200)),
    erlang:display(power(-7, 77)),
    erlang:display(factorial(30) * -factorial(29)).

factorial(0) -> 1;
factorial(N) -> N * factorial(N - 1).

power(_, 0) -> 1;
power(B, N) -> B * power(B, N - 1).
