%% exit/2: normal is ignored, other reasons kill, trapping processes decide.
-module(proc_exit_signals).
-export([start/0]).

start() ->
    Parent = self(),
    P1 = spawn(fun() -> receive done -> Parent ! alive end end),
    exit(P1, normal),
    P1 ! done,
    erlang:display(receive alive -> alive end),
    {P2, R2} = spawn_monitor(fun() -> receive never -> ok end end),
    exit(P2, {because, 1}),
    erlang:display(receive {'DOWN', R2, _, _, W2} -> W2 end),
    {P3, R3} = spawn_monitor(fun() ->
        process_flag(trap_exit, true),
        Parent ! ready,
        receive {'EXIT', From, Why} -> exit({got, From =:= Parent, Why}) end
    end),
    receive ready -> ok end,
    exit(P3, normal),
    erlang:display(receive {'DOWN', R3, _, _, W3} -> W3 end),
    {P4, R4} = spawn_monitor(fun() -> receive never -> ok end end),
    exit(P4, kill),
    erlang:display(receive {'DOWN', R4, _, _, W4} -> W4 end).
