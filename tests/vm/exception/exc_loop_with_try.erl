%% A try inside a loop leaves no handler behind.
-module(exc_loop_with_try).
-export([start/0]).

start() ->
    erlang:display(loop(20000, 0)),
    erlang:display(try throw(still_ok) catch throw:T -> T end).

loop(0, Acc) -> Acc;
loop(N, Acc) ->
    V = try check(N) catch throw:odd -> 1 end,
    loop(N - 1, Acc + V).

check(N) when N rem 2 =:= 1 -> throw(odd);
check(_) -> 0.
