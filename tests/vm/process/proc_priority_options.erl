%% OTP 29 or later: exit/3, link/2.
%% Options of exit/3, link/2 and exit_signal/3.
-module(proc_priority_options).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    [begin
        Pid = spawn_link(fun() -> receive after infinity -> ok end end),
        io:format("~p ~p~n", [Options, e(fun() -> erlang:exit(Pid, gone, Options) end)]),
        io:format("~p~n", [receive {'EXIT', Pid, R} -> R after 100 -> none end])
    end || Options <- [[], [priority], [foo], foo, [priority | x]]],
    [io:format("~p ~p~n", [O, e(fun() -> erlang:link(self(), O) end)]) || O <- [[], [priority], [foo], foo]],
    [io:format("~p ~p~n", [O, e(fun() -> erlang:exit_signal(self(), normal, O) end)]) || O <- [[], [priority], [foo], foo]].

e(F) -> try F() catch C:R -> {C, R} end.
