%% A fresh reference in receive skips old messages and still finds later ones.
-module(proc_receive_marker).
-export([start/0]).

start() ->
    [self() ! {old, N} || N <- lists:seq(1, 500)],
    Echo = spawn(fun() -> echo() end),
    erlang:display(lists:sum([call(Echo, N) || N <- lists:seq(1, 200)])),
    erlang:display(receive {old, 1} -> first_is_still_here end),
    erlang:display(receive {old, 500} -> last_too end).

call(To, N) ->
    Ref = make_ref(),
    To ! {self(), Ref, N},
    receive {Ref, Reply} -> Reply end.

echo() ->
    receive {From, Ref, N} -> From ! {Ref, N * 2}, echo() end.
