%% Fixed decimals and scientific digits.
-module(float_to_text_decimals).
-export([start/0]).

start() ->
    [erlang:display(float_to_list(F, [{decimals, D}])) || F <- [0.0, 1.0, -2.5, 3.14159, 1.0e10, 0.005, 123456.789], D <- [0, 2, 5, 10]],
    [erlang:display(float_to_list(F, [{decimals, 6}, compact])) || F <- [1.5, 2.0, 0.125]],
    [erlang:display(float_to_list(F, [{scientific, D}])) || F <- [1.0, 12345.678, -0.00012], D <- [0, 3, 20]],
    erlang:display(float_to_binary(2.5, [{decimals, 3}])),
    erlang:display(float_to_list(7.25)),
    erlang:display(float_to_binary(-7.25)).
