%% Monitors report why a process ended, or noproc.
-module(proc_monitor).
-export([start/0, id/1]).

start() ->
    [erlang:display(reason(F)) || F <- [fun() -> ok end, fun() -> exit(bye) end, fun() -> exit(normal) end,
                           fun() -> exit({shutdown, x}) end, fun() -> throw(ball) end]],
    {element, {badarith, Stack}} = {element, reason(fun() -> id(1) / id(0) end)},
    erlang:display(is_list(Stack)),
    {Pid, Ref} = spawn_monitor(fun() -> receive go -> ok end end),
    true = demonitor(Ref),
    Pid ! go,
    erlang:display(receive M -> M after 20 -> nothing end),
    wait_gone(Pid),
    R2 = monitor(process, Pid),
    erlang:display(receive {'DOWN', R2, process, Pid, Why} -> Why end).

reason(F) ->
    {Pid, Ref} = spawn_monitor(F),
    receive {'DOWN', Ref, process, Pid, {R, S}} when is_list(S), R =/= shutdown, R =/= badarith -> R;
            {'DOWN', Ref, process, Pid, R} -> strip(R) end.

strip({{nocatch, T}, _}) -> {nocatch, T};
strip(R) -> R.

wait_gone(Pid) ->
    case is_process_alive(Pid) of true -> wait_gone(Pid); false -> ok end.

id(X) -> X.
