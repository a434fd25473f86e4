%% Five thousand lines arrive complete and in order.
-module(io_large_output).
-export([start/0]).

start() ->
    [io:format("line ~b~n", [N]) || N <- lists:seq(1, 2000)],
    io:put_chars(lists:duplicate(100000, $x)),
    io:nl().
