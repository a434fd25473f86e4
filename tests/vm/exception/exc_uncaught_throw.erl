%% A throw nobody catches ends the program.
-module(exc_uncaught_throw).
-export([start/0, id/1]).

start() ->
    erlang:display(before),
    throw(id(ball)).

id(X) -> X.
