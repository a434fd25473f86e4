%% Shortest text that reads back as the same float.
-module(float_to_text_short).
-export([start/0]).

start() ->
    [show(F) || F <- [0.0, 1.0, -1.5, 0.1, 1.0e10, 1.0e15, 1.0e16, 1.0e21, 1.0e22, 123456789.125, 1.0e-3, 1.0e-5,
                      1.0e-10, 3.141592653589793, 5.0e-324, 1.7976931348623157e308, 2.2250738585072014e-308,
                      0.30000000000000004, 9007199254740993.0, 4503599627370496.5, 1.0e100, 123.0e-7]].

show(F) ->
    T = float_to_list(F, [short]),
    erlang:display(T),
    F = list_to_float(T).
