%% update_counter and update_element.
-module(ets_counters).
-export([start/0]).

start() ->
    T = ets:new(t, []),
    ets:insert(T, {c, 10, x}),
    erlang:display(ets:update_counter(T, c, 5)),
    erlang:display(ets:update_counter(T, c, {2, -20})),
    erlang:display(ets:update_counter(T, c, {2, 100, 50, 0})),
    erlang:display(ets:update_counter(T, new, 1, {new, 0})),
    erlang:display(ets:update_element(T, c, {3, y})),
    erlang:display(ets:update_element(T, none, {3, y})),
    erlang:display(ets:lookup(T, c)),
    erlang:display(try ets:update_counter(T, missing, 1) catch error:R -> R end).
