%% trap_exit turns exit signals into messages.
-module(proc_trap_exit).
-export([start/0]).

start() ->
    erlang:display(process_flag(trap_exit, true)),
    [begin
         Pid = spawn_link(fun() -> exit(Reason) end),
         erlang:display(receive {'EXIT', Pid, R} -> R end)
     end || Reason <- [normal, crash, {a, b}, kill, killed]],
    Waiting = spawn_link(fun() -> receive never -> ok end end),
    exit(Waiting, stop_please),
    erlang:display(receive {'EXIT', Waiting, R2} -> R2 end),
    Killed = spawn_link(fun() -> process_flag(trap_exit, true), receive never -> ok end end),
    receive after 10 -> ok end,
    exit(Killed, kill),
    erlang:display(receive {'EXIT', Killed, R3} -> R3 end),
    self() ! last,
    erlang:display(receive {'EXIT', _, _} = E -> E; last -> last end),
    erlang:display(process_flag(trap_exit, false)).
