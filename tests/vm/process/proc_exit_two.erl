%% exit/2 and link: every reason, to one that traps and one that does not, to the dead and to oneself.
-module(proc_exit_two).
-export([start/0]).

start() ->
    [erlang:display({Reason, traps, outcome(true, Reason), plain, outcome(false, Reason)}) || Reason <- [normal, kill, killed, shutdown, {a, b}]],
    erlang:display(exit(dead(), whatever)),
    erlang:display(oneself(false, normal)),
    erlang:display(oneself(false, other)),
    erlang:display(oneself(true, normal)),
    erlang:display(oneself(true, other)),
    erlang:display(oneself(true, kill)),
    erlang:display(link_to_dead(true)),
    erlang:display(link_to_dead(false)),
    erlang:display(link(self())),
    erlang:display(unlink(self())),
    erlang:display(unlink(dead())),
    erlang:display([catch_it(F) || F <- [fun() -> exit(nobody, x) end, fun() -> link(nobody) end, fun() -> unlink(1) end]]),
    chain().

outcome(Trap, Reason) ->
    Self = self(),
    {P, R} = spawn_monitor(fun() ->
        process_flag(trap_exit, Trap),
        Self ! ready,
        receive {'EXIT', From, Why} -> exit({trapped, From =:= Self, Why}) after 50 -> exit(survived) end
    end),
    receive ready -> ok end,
    true = exit(P, Reason),
    receive {'DOWN', R, process, P, Why} -> Why end.

oneself(Trap, Reason) ->
    {P, R} = spawn_monitor(fun() ->
        process_flag(trap_exit, Trap),
        true = exit(self(), Reason),
        receive {'EXIT', From, Why} -> exit({trapped, From =:= self(), Why}) after 30 -> exit(survived) end
    end),
    receive {'DOWN', R, process, P, Why} -> Why end.

link_to_dead(Trap) ->
    Dead = dead(),
    {P, R} = spawn_monitor(fun() ->
        process_flag(trap_exit, Trap),
        Result = try link(Dead) catch error:E -> E end,
        receive {'EXIT', From, Why} -> exit({Result, From =:= Dead, Why}) after 30 -> exit({Result, nothing}) end
    end),
    receive {'DOWN', R, process, P, Why} -> Why end.

dead() ->
    {P, R} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', R, _, _, _} -> P end.

%% The reason travels along links; a process in between that traps ends it.
chain() ->
    Self = self(),
    {P, R} = spawn_monitor(fun() ->
        spawn_link(fun() ->
            process_flag(trap_exit, true),
            spawn_link(fun() -> exit(deep) end),
            receive {'EXIT', _, Why} -> Self ! {between, Why} end,
            exit(middle)
        end),
        receive never -> ok end
    end),
    receive {between, Why} -> erlang:display(Why) end,
    receive {'DOWN', R, process, P, Last} -> erlang:display(Last) end.

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
