%% Wrong arguments to io_lib:format are badarg.
-module(io_format_errors).
-export([start/0]).

start() ->
    [io:format("~p~n", [try io_lib:format(F, A) catch error:R -> R end]) ||
        {F, A} <- [{"~s", [1]}, {"~w", []}, {"~w", [a, b]}, {"~q", [a]}, {"~b", [x]}, {"~f", [a]}]].
