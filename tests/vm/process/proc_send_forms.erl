%% Every way to send: operators, functions, options, names, nodes, and what cannot be sent to.
-module(proc_send_forms).
-export([start/0]).

start() ->
    register(me, self()),
    self() ! 1,
    me ! 2,
    {me, node()} ! 3,
    erlang:send(self(), 4),
    ok = erlang:send(me, 5, []),
    ok = erlang:send({me, node()}, 6, [noconnect, nosuspend]),
    erlang:display([erlang:send_nosuspend(self(), 7), erlang:send_nosuspend(me, 8, [noconnect])]),
    apply(erlang, '!', [self(), 9]),
    erlang:display([receive N -> N end || _ <- lists:seq(1, 9)]),
    erlang:display(me ! back),
    {Dead, R} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', R, _, _, _} -> ok end,
    erlang:display(Dead ! lost =:= lost),
    erlang:display({nobody, node()} ! lost),
    erlang:display(make_ref() ! lost),
    Calls = [fun() -> nobody ! x end, fun() -> 12 ! x end, fun() -> {me, 12} ! x end, fun() -> {12, node()} ! x end,
             fun() -> "me" ! x end, fun() -> erlang:send(nobody, x, []) end, fun() -> erlang:send(me, x, [later]) end],
    erlang:display([catch_it(F) || F <- Calls]),
    registering(),
    spawning().

registering() ->
    Self = self(),
    Calls = [fun() -> register(me, Self) end, fun() -> register(other_name, Self) end, fun() -> register(undefined, spawn(fun() -> ok end)) end,
             fun() -> register(x, 12) end, fun() -> register("x", Self) end, fun() -> unregister(nobody) end, fun() -> whereis(12) end],
    erlang:display([catch_it(F) || F <- Calls]),
    erlang:display([lists:member(me, registered()), unregister(me), whereis(me), lists:member(me, registered())]).

spawning() ->
    Calls = [fun() -> spawn(12) end, fun() -> spawn(fun(_) -> ok end) end, fun() -> spawn(m, f, not_a_list) end, fun() -> spawn("m", f, []) end,
             fun() -> spawn_opt(fun() -> ok end, [no_such_option]) end, fun() -> spawn_opt(fun() -> ok end, [{priority, urgent}]) end,
             fun() -> spawn_opt(fun() -> ok end, [link | monitor]) end, fun() -> spawn_monitor(12) end],
    erlang:display([class(catch_it(F)) || F <- Calls]),
    R = spawn_request(fun() -> exit(done) end, [monitor, {reply_tag, started}]),
    receive {started, R, ok, P} -> erlang:display(is_pid(P)) end,
    receive {'DOWN', R, process, _, Why} -> erlang:display(Why) end,
    R2 = spawn_request(fun() -> ok end, [no_such_option]),
    receive {spawn_reply, R2, error, Error} -> erlang:display(Error) end,
    R3 = spawn_request(fun() -> ok end, [{reply, no}]),
    erlang:display(receive {spawn_reply, R3, _, _} -> replied after 20 -> silent end),
    erlang:display(spawn_request_abandon(R3)).

class({Class, _}) -> Class;
class(Pid) when is_pid(Pid) -> pid.

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
