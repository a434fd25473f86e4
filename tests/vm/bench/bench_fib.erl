%% Calls and small integers: fib(27), twenty times.
-module(bench_fib).
-export([start/0]).

%% Not on the hostile build: a benchmark.
start() ->
    erlang:display([fib(27) || _ <- lists:seq(1, 20)]).

fib(N) when N < 2 -> N;
fib(N) -> fib(N - 1) + fib(N - 2).
