%% A tuple of 100,000 elements.
-module(limit_large_tuple).
-export([start/0]).

%% Not on the hostile build: copying 100,000 elements at every allocation takes too long.
start() ->
    T = list_to_tuple(lists:seq(1, 100000)),
    erlang:display(tuple_size(T)),
    erlang:display(element(99999, T)),
    U = setelement(50000, T, changed),
    erlang:display({element(50000, U), element(50000, T)}),
    erlang:display(T =:= U).
