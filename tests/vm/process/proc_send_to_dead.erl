%% Sending to a process that is gone does nothing.
-module(proc_send_to_dead).
-export([start/0, id/1]).

start() ->
    {P, R} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', R, _, _, _} -> ok end,
    erlang:display(P ! lost),
    erlang:display(exit(P, kill)),
    erlang:display(erlang:send(P, lost, [noconnect])),
    erlang:display(try id(1) ! x catch error:E -> E end).

id(X) -> X.
