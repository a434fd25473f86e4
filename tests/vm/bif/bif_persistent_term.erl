%% persistent_term: put, get, default, erase.
-module(bif_persistent_term).
-export([start/0]).

start() ->
    erlang:display(persistent_term:get({oracle, a}, none)),
    erlang:display(persistent_term:put({oracle, a}, {big, [1, 2, #{k => v}]})),
    erlang:display(persistent_term:get({oracle, a})),
    Self = self(),
    spawn(fun() -> Self ! {other, persistent_term:get({oracle, a})} end),
    erlang:display(receive {other, V} -> V end),
    erlang:display(persistent_term:put({oracle, a}, changed)),
    erlang:display(persistent_term:get({oracle, a})),
    erlang:display(persistent_term:erase({oracle, a})),
    erlang:display(persistent_term:erase({oracle, a})),
    erlang:display(try persistent_term:get({oracle, a}) catch error:R -> R end).
