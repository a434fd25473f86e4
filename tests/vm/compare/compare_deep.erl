%% Comparing very deep terms does not use the machine's stack.
-module(compare_deep).
-export([start/0]).

%% Not on the hostile build: 50,000 live cells are collected at every allocation.
start() ->
    A = nest(50000, []),
    B = nest(50000, []),
    C = nest(50000, [x]),
    erlang:display([A =:= B, A == B, A =:= C, A < C, B > C]).

nest(0, T) -> T;
nest(N, T) -> nest(N - 1, [T]).
