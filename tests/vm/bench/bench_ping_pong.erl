%% Messages: 100,000 round trips between two processes.
-module(bench_ping_pong).
-export([start/0]).

%% Not on the hostile build: a benchmark.
start() ->
    Pong = spawn(fun pong/0),
    erlang:display(ping(100000, Pong, 0)),
    Pong ! stop.

ping(0, _, Sum) -> Sum;
ping(N, Pong, Sum) ->
    Pong ! {self(), N},
    receive {pong, M} -> ping(N - 1, Pong, Sum + M) end.

pong() ->
    receive
        {From, N} -> From ! {pong, N}, pong();
        stop -> ok
    end.
