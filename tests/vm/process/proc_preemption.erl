%% A process that never waits does not starve the others.
-module(proc_preemption).
-export([start/0]).

start() ->
    Busy = spawn(fun() -> spin(0) end),
    Self = self(),
    spawn(fun() -> Self ! hello end),
    erlang:display(receive hello -> hello end),
    receive after 20 -> ok end,
    exit(Busy, kill),
    erlang:display(killed).

spin(N) -> spin(N + 1).
