%% A million tail calls, alone and between two functions, use no stack.
-module(ctl_tail_calls).
-export([start/0, id/1]).

start() ->
    erlang:display(count(1000000, 0)),
    erlang:display(even(1000001)),
    erlang:display(by_apply(100000)).

count(0, Acc) -> Acc;
count(N, Acc) -> count(N - 1, Acc + 1).

even(0) -> true;
even(N) -> odd(N - 1).

odd(0) -> false;
odd(N) -> even(N - 1).

by_apply(0) -> done;
by_apply(N) -> (id(fun by_apply/1))(N - 1).

id(X) -> X.
