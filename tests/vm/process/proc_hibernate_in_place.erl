%% OTP 28 or later: hibernate/0.
%% hibernate/0 returns to its caller once there is a message, with the stack as it was; at once when there is one.
-module(proc_hibernate_in_place).
-export([start/0]).

start() ->
    Me = self(),
    P = spawn(fun() -> Me ! {self(), inner([kept], Me)} end),
    receive after 50 -> ok end,
    P ! hello,
    erlang:display(receive {P, Result} -> Result after 2000 -> stuck end),
    self() ! there,
    erlang:display(erlang:hibernate()),
    erlang:display(receive there -> ok end),
    Tail = spawn_monitor(fun() -> erlang:hibernate() end),
    receive after 50 -> ok end,
    element(1, Tail) ! go,
    erlang:display(receive {'DOWN', _, process, _, Why} -> Why after 2000 -> stuck end).

inner(Kept, _) ->
    Answer = erlang:hibernate(),
    receive Message -> {Answer, Message, Kept} after 1000 -> none end.
