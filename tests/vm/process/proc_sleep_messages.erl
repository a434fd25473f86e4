%% A receive with nothing but a timeout, which stands in a register that the wait does not keep: messages do not disturb it.
-module(proc_sleep_messages).
-export([start/0]).

start() ->
    Forever = spawn_monitor(fun() -> process_flag(trap_exit, true), kept(sleep(kept(infinity))) end),
    disturb(Forever),
    erlang:display(still_there(Forever)),
    {Pid, Monitor} = Forever,
    exit(Pid, kill),
    erlang:display(receive {'DOWN', Monitor, process, Pid, Reason} -> Reason end),
    A = self(),
    Briefly = spawn_monitor(fun() -> sleep(kept(50)), A ! {slept, receive {message, 1, _} -> true after 0 -> false end} end),
    disturb(Briefly),
    erlang:display(receive {slept, Disturbed} -> Disturbed end),
    erlang:display(receive {'DOWN', _, process, _, Why} -> Why end),
    Again = spawn_monitor(fun() -> sleep(kept(1)), process_flag(trap_exit, true), sleep(kept(infinity)) end),
    disturb(Again),
    receive after 20 -> ok end,
    disturb(Again),
    erlang:display(still_there(Again)).

sleep(Time) -> receive after Time -> slept end.

disturb({Pid, _}) ->
    [begin
         Pid ! {message, N, lists:seq(1, N)},
         receive after 1 -> ok end
     end || N <- [1, 2, 3]],
    ok.

still_there({Pid, Monitor}) ->
    receive {'DOWN', Monitor, process, Pid, Reason} -> Reason after 20 -> is_process_alive(Pid) end.

kept(X) -> X.
