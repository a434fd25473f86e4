%% demonitor with flush and info.
-module(proc_demonitor_flush).
-export([start/0]).

start() ->
    {Pid, Ref} = spawn_monitor(fun() -> ok end),
    receive after 20 -> ok end,
    erlang:display(is_process_alive(Pid)),
    erlang:display(demonitor(Ref, [flush])),
    erlang:display(receive _ -> message after 0 -> flushed end),
    {_, Ref2} = spawn_monitor(fun() -> receive stop -> ok end end),
    erlang:display(demonitor(Ref2, [info])),
    erlang:display(demonitor(Ref2, [info])).
