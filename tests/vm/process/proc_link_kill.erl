%% A linked process dies with its partner, unless the reason is normal.
-module(proc_link_kill).
-export([start/0]).

start() ->
    erlang:display(linked(fun() -> exit(crash) end)),
    erlang:display(linked(fun() -> exit(normal) end)),
    erlang:display(linked(fun() -> throw(t) end)).

linked(F) ->
    {Pid, Ref} = spawn_monitor(fun() ->
        spawn_link(F),
        receive after 30 -> exit(survived) end
    end),
    receive
        {'DOWN', Ref, process, Pid, {{nocatch, T}, _}} -> {nocatch, T};
        {'DOWN', Ref, process, Pid, Reason} -> Reason
    end.
