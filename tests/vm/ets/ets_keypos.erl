%% A table with another key position, and a safe traversal.
-module(ets_keypos).
-export([start/0]).

-record(item, {name, price}).

start() ->
    T = ets:new(t, [set, {keypos, #item.name}]),
    ets:insert(T, [#item{name = pen, price = 2}, #item{name = ink, price = 7}]),
    erlang:display(ets:lookup(T, ink)),
    erlang:display(ets:info(T, keypos)),
    erlang:display(ets:info(T, type)),
    ets:safe_fixtable(T, true),
    erlang:display(length(walk(T, ets:first(T)))),
    ets:safe_fixtable(T, false),
    erlang:display(try ets:insert(T, {short}) catch error:R -> R end).

walk(_, '$end_of_table') -> [];
walk(T, K) -> [K | walk(T, ets:next(T, K))].
