%% monitor/3 with tags and aliases, demonitor's options, monitors of names.
-module(proc_monitor_options).
-export([start/0]).

start() ->
    tags(),
    aliases(),
    names(),
    demonitors(),
    wrong().

tags() ->
    P = spawn(fun() -> receive stop -> exit(bye) end end),
    R = monitor(process, P, [{tag, {my, tag}}]),
    P ! stop,
    receive {{my, tag}, R, process, P, Why} -> erlang:display({tagged, Why}) end,
    R2 = monitor(process, P, [{tag, gone}]),
    receive {gone, R2, process, P, Why2} -> erlang:display(Why2) end,
    {Q, R3} = spawn_opt(fun() -> exit(quick) end, [{monitor, [{tag, spawned}]}]),
    receive {spawned, R3, process, Q, Why3} -> erlang:display(Why3) end.

%% An alias is a name for the creator of the monitor that stops working when asked.
aliases() ->
    [alias_until(Mode) || Mode <- [explicit_unalias, demonitor, reply_demonitor]],
    A = alias(),
    A ! hello,
    erlang:display(receive hello -> got after 0 -> nothing end),
    erlang:display([unalias(A), unalias(A)]),
    A ! hello,
    erlang:display(receive hello -> got after 20 -> nothing end),
    B = alias([reply]),
    B ! one,
    B ! two,
    erlang:display(receive one -> one after 20 -> nothing end),
    erlang:display(receive two -> two after 20 -> nothing end).

alias_until(Mode) ->
    P = spawn(fun Loop() -> receive {send, To, X} -> To ! X, Loop(); stop -> ok end end),
    R = monitor(process, P, [{alias, Mode}]),
    P ! {send, R, first},
    First = receive first -> first after 100 -> nothing end,
    P ! {send, R, second},
    Second = receive second -> second after 30 -> nothing end,
    Demonitored = demonitor(R, [flush]),
    P ! {send, R, third},
    Third = receive third -> third after 30 -> nothing end,
    Unaliased = unalias(R),
    P ! stop,
    erlang:display({Mode, First, Second, Demonitored, Third, Unaliased}).

names() ->
    R = monitor(process, nobody_of_this_name),
    receive {'DOWN', R, process, Who, Why} -> erlang:display({Who =:= {nobody_of_this_name, node()}, Why}) end,
    P = spawn(fun() -> receive stop -> ok end end),
    register(somebody, P),
    R2 = monitor(process, somebody),
    R3 = monitor(process, {somebody, node()}),
    unregister(somebody),
    P ! stop,
    [receive {'DOWN', Ref, process, Name, Reason} -> erlang:display({Name =:= {somebody, node()}, Reason}) end || Ref <- [R2, R3]].

demonitors() ->
    P = spawn(fun() -> receive stop -> ok end end),
    R = monitor(process, P),
    erlang:display([demonitor(R, [info]), demonitor(R, [info]), demonitor(R, [flush, info]), demonitor(R)]),
    R2 = monitor(process, P),
    P ! stop,
    receive {'DOWN', R2, _, _, _} = M -> self() ! M end,
    erlang:display(demonitor(R2, [flush, info])),
    erlang:display(receive {'DOWN', R2, _, _, _} -> left after 0 -> flushed end),
    Self = self(),
    R3 = monitor(process, P),
    Other = spawn(fun() -> Self ! {other, catch_it(fun() -> demonitor(R3) end)} end),
    receive {other, Result} -> erlang:display({is_pid(Other), Result}) end.

wrong() ->
    erlang:display(catch_it(fun() -> monitor(process, self(), [{tag}]) end)),
    erlang:display(catch_it(fun() -> monitor(process, self(), [{alias, sometimes}]) end)),
    erlang:display(catch_it(fun() -> monitor(processes, self()) end)),
    erlang:display(catch_it(fun() -> monitor(process, 12) end)),
    erlang:display(catch_it(fun() -> demonitor(make_ref(), [quickly]) end)),
    erlang:display(catch_it(fun() -> demonitor(12) end)),
    erlang:display(catch_it(fun() -> alias([always]) end)),
    erlang:display(catch_it(fun() -> unalias(12) end)).

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
