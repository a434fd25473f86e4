%% An error nobody catches ends the program after what it printed.
-module(exc_uncaught_error).
-export([start/0, id/1]).

start() ->
    erlang:display(before),
    _ = id(a) + 1,
    erlang:display(never).

id(X) -> X.
