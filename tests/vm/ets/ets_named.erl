%% Named tables, ownership, and access from another process.
-module(ets_named).
-export([start/0]).

start() ->
    erlang:display(ets:new(oracle_table, [named_table, public])),
    erlang:display(ets:whereis(no_such_table)),
    Self = self(),
    spawn(fun() -> ets:insert(oracle_table, {from, child}), Self ! done end),
    receive done -> ok end,
    erlang:display(ets:lookup(oracle_table, from)),
    erlang:display(try ets:new(oracle_table, [named_table]) catch error:R -> R end),
    {P, M} = spawn_monitor(fun() -> ets:new(short_table, [named_table, public]) end),
    receive {'DOWN', M, _, P, _} -> ok end,
    erlang:display(ets:info(short_table)),
    ets:new(private_table, [named_table, private]),
    spawn(fun() -> Self ! {r, try ets:lookup(private_table, a) catch error:E -> E end} end),
    erlang:display(receive {r, V} -> V end).
