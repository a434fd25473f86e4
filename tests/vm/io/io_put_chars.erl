%% put_chars, nl and write on the group leader.
-module(io_put_chars).
-export([start/0]).

start() ->
    io:put_chars("chars\n"),
    io:put_chars(<<"binary\n">>),
    io:put_chars([$d, "eep", [<<" list">>]]),
    io:nl(),
    io:write({term, "x"}),
    io:nl(),
    io:put_chars([16#20AC, $\n]),
    io:fwrite("~w~n", [done]).
