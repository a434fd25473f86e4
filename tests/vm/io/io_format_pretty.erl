%% ~p breaks long terms into lines and quotes what needs quotes.
-module(io_format_pretty).
-export([start/0]).

start() ->
    io:format("~p~n", [lists:seq(1, 60)]),
    io:format("~p~n", [[{key, N, "some text", <<"and a binary">>} || N <- lists:seq(1, 6)]]),
    io:format("~p~n", [#{a => 1, b => [1, 2, {x, y}]}]),
    io:format("~p~n", [['Quoted atom', 'ok', "", [], {}, <<>>, <<1, 2, 3>>, <<5:3>>]]),
    io:format("~p~n", ["text with \"quotes\" and \\ and \n"]),
    io:format("~P~n", [lists:seq(1, 50), 8]),
    io:format("~W~n", [{a, {b, {c, {d}}}}, 5]).
