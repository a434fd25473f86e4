%% round, trunc, floor and ceil give integers of any size.
-module(float_round).
-export([start/0]).

start() ->
    [erlang:display({round(F), trunc(F), floor(F), ceil(F)}) ||
        F <- [0.0, 0.4, 0.5, 1.5, 2.5, -0.4, -0.5, -1.5, -2.5, 1.0e10, 1.0e20, -1.0e20, 123456789012.5, 3]],
    erlang:display(trunc(1.0e30)),
    erlang:display(round(1.7976931348623157e308) rem 1000003).
