%% Create, insert, look up, delete.
-module(ets_basic).
-export([start/0]).

start() ->
    T = ets:new(table, [set]),
    erlang:display(ets:insert(T, {a, 1})),
    erlang:display(ets:insert(T, [{b, 2}, {c, 3}])),
    erlang:display(ets:lookup(T, a)),
    erlang:display(ets:lookup(T, z)),
    erlang:display(ets:insert(T, {a, 10})),
    erlang:display(ets:lookup_element(T, a, 2)),
    erlang:display(ets:member(T, b)),
    erlang:display(ets:insert_new(T, {b, 99})),
    erlang:display(ets:info(T, size)),
    erlang:display(ets:delete(T, b)),
    erlang:display(lists:sort(ets:tab2list(T))),
    erlang:display(ets:take(T, c)),
    erlang:display(ets:delete_all_objects(T)),
    erlang:display(ets:info(T, size)),
    erlang:display(ets:delete(T)),
    erlang:display(try ets:lookup(T, a) catch error:R -> R end).
