%% Clocks: types, units and order.
-module(bif_time).
-export([start/0]).

start() ->
    A = erlang:monotonic_time(),
    B = erlang:monotonic_time(),
    erlang:display(A =< B),
    erlang:display(is_integer(erlang:system_time(millisecond))),
    erlang:display(erlang:system_time(second) > 1600000000),
    erlang:display(erlang:convert_time_unit(1500, millisecond, second)),
    erlang:display(erlang:convert_time_unit(2, second, microsecond)),
    {Mega, S, Mi} = os:timestamp(),
    erlang:display([is_integer(X) || X <- [Mega, S, Mi]]),
    T0 = erlang:monotonic_time(millisecond),
    receive after 20 -> ok end,
    erlang:display(erlang:monotonic_time(millisecond) - T0 >= 19),
    erlang:display(tuple_size(erlang:timestamp())).
