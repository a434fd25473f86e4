%% suspend_process and resume_process; priorities decide who runs first; yield gives the turn away.
-module(proc_suspend).
-export([start/0]).

start() ->
    Main = self(),
    P = spawn(fun() -> receive go -> Main ! went end end),
    erlang:display(erlang:suspend_process(P)),
    P ! go,
    erlang:display(receive went -> went after 20 -> waits end),
    erlang:display(process_info(P, status)),
    erlang:display(process_info(self(), suspending) =:= {suspending, [{P, 1, 0}]}),
    erlang:display(erlang:suspend_process(P, [unless_suspending])),
    erlang:display(erlang:suspend_process(P, [])),
    erlang:display(erlang:resume_process(P)),
    erlang:display(receive went -> went after 20 -> waits end),
    erlang:display(erlang:resume_process(P)),
    erlang:display(receive went -> went after 1000 -> waits end),
    Calls = [fun() -> erlang:resume_process(self()) end, fun() -> erlang:suspend_process(self()) end, fun() -> erlang:suspend_process(nobody) end],
    erlang:display([catch_it(F) || F <- Calls]),
    dies_with_suspender(),
    erlang:display(erlang:yield()).

dies_with_suspender() ->
    Main = self(),
    P = spawn(fun() -> receive go -> Main ! went end end),
    {_, R} = spawn_monitor(fun() -> true = erlang:suspend_process(P) end),
    receive {'DOWN', R, _, _, _} -> ok end,
    P ! go,
    erlang:display(receive went -> went after 1000 -> waits end).

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
