%% An exit other than normal ends the program with failure.
-module(exc_uncaught_exit).
-export([start/0, id/1]).

start() ->
    erlang:display(before),
    exit(id({shutdown, 3})).

id(X) -> X.
