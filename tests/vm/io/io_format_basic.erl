%% io:format control sequences for terms and text.
-module(io_format_basic).
-export([start/0]).

start() ->
    io:format("plain~n"),
    io:format("~p ~w~n", [{a, "str", <<"bin">>, 1.5, [1, 2]}, {a, "str", <<"bin">>, 1.5, [1, 2]}]),
    io:format("~s ~s ~s~n", ["list", <<"binary">>, atom]),
    io:format("~ts~n", ["unicode: " ++ [16#20AC, 16#E9]]),
    io:format("~c~c~3c~n", [$a, $b, $z]),
    io:format("~~ ~b ~B ~.16b ~.2B ~16#~n", [10, -10, 255, 5, 255]),
    io:format("~i~w~n", [ignored, shown]).
