%% The five hundredth Fibonacci number by iteration.
-module(arith_fib_big).
-export([start/0]).

start() ->
    erlang:display(fib(500, 0, 1)),
    erlang:display(fib(90, 0, 1)).

fib(0, A, _) -> A;
fib(N, A, B) -> fib(N - 1, B, A + B).
