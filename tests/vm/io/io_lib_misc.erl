%% io_lib: format to iolists, printable, write, char lists.
-module(io_lib_misc).
-export([start/0]).

start() ->
    io:format("~s~n", [io_lib:format("~p-~p", [a, b])]),
    io:format("~p~n", [io_lib:printable_list("abc")]),
    io:format("~p~n", [io_lib:printable_list([1, 2])]),
    io:format("~s~n", [io_lib:write({a, [b], "c"})]),
    io:format("~s~n", [io_lib:write_atom('needs it')]),
    io:format("~s~n", [io_lib:write_string("a\"b")]),
    io:format("~p~n", [io_lib:deep_char_list(["a", [$b]])]),
    io:format("~p~n", [lists:flatten(io_lib:format("~5.1f|~-5w|", [2.25, x]))]).
