%% Field width, precision, padding and floats.
-module(io_format_padding).
-export([start/0]).

start() ->
    io:format("[~10s] [~-10s] [~10w] [~-10w]~n", ["ab", "ab", xyz, xyz]),
    io:format("[~10.3s] [~5..0b] [~3..*w]~n", ["abcdef", 42, $*, 7]),
    io:format("~f ~.2f ~10.3f ~e ~.3e ~g~n", [1.5, 3.14159, 2.5, 12345.678, 0.00012, 1.0e10]),
    io:format("[~*s]~n", [8, "star"]),
    io:format("~p ~p ~p~n", [1.0e22, 0.1, 123456789.0]),
    io:format("~20p|~n", [abc]).
