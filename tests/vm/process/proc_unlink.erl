%% After unlink no exit signal comes; linking to a dead process gives noproc.
-module(proc_unlink).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    P = spawn_link(fun() -> receive go -> exit(crash) end end),
    erlang:display(unlink(P)),
    R = monitor(process, P),
    P ! go,
    erlang:display(receive {'DOWN', R, _, _, Why} -> Why end),
    erlang:display(receive {'EXIT', P, _} -> linked after 20 -> not_linked end),
    erlang:display(link(P)),
    erlang:display(receive {'EXIT', P, Why2} -> Why2 end).
