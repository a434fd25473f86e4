%% Deeply nested calls: Ackermann and Takeuchi.
-module(ctl_ackermann).
-export([start/0]).

start() ->
    erlang:display(ack(2, 9)),
    erlang:display(tak(12, 8, 4)).

ack(0, N) -> N + 1;
ack(M, 0) -> ack(M - 1, 1);
ack(M, N) -> ack(M - 1, ack(M, N - 1)).

tak(X, Y, Z) when Y < X -> tak(tak(X - 1, Y, Z), tak(Y - 1, Z, X), tak(Z - 1, X, Y));
tak(_, _, Z) -> Z.
