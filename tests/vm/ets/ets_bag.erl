%% bag and duplicate_bag.
-module(ets_bag).
-export([start/0]).

start() ->
    B = ets:new(b, [bag]),
    ets:insert(B, [{k, 1}, {k, 2}, {k, 1}, {j, 1}]),
    erlang:display(ets:lookup(B, k)),
    ets:delete_object(B, {k, 1}),
    erlang:display(ets:lookup(B, k)),
    D = ets:new(d, [duplicate_bag]),
    ets:insert(D, [{k, 1}, {k, 1}, {k, 2}]),
    erlang:display(ets:lookup(D, k)),
    erlang:display(ets:info(D, size)),
    erlang:display(ets:lookup_element(D, k, 2)).
