%% A child inherits the group leader and prints in turn.
-module(io_other_process).
-export([start/0]).

start() ->
    io:format("parent~n"),
    {_, R} = spawn_monitor(fun() -> io:format("child ~p~n", [1 + 1]) end),
    receive {'DOWN', R, _, _, _} -> ok end,
    io:format("parent again~n").
