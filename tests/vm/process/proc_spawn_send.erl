%% spawn and messages in order.
-module(proc_spawn_send).
-export([start/0]).

start() ->
    Self = self(),
    Pid = spawn(fun() -> echo(Self) end),
    [Pid ! {n, N} || N <- lists:seq(1, 5)],
    erlang:display([receive {echo, N} -> N end || N <- lists:seq(1, 5)]),
    Pid ! stop,
    erlang:display(receive stopped -> stopped end).

echo(Parent) ->
    receive
        {n, N} -> Parent ! {echo, N}, echo(Parent);
        stop -> Parent ! stopped
    end.
