%% ordered_set: order, first, next, prev, last, equal keys.
-module(ets_ordered_set).
-export([start/0]).

start() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{K, K} || K <- [5, 1, 3, b, a, "x", 2, {t}]]),
    erlang:display(ets:tab2list(T)),
    erlang:display([ets:first(T), ets:next(T, 1), ets:next(T, 4), ets:prev(T, 5), ets:last(T), ets:next(T, "x"), ets:prev(T, 1)]),
    ets:insert(T, {1.0, one_as_float}),
    erlang:display(length(ets:lookup(T, 1))),
    erlang:display(ets:select(T, [{{'$1', '_'}, [{is_integer, '$1'}, {'>', '$1', 2}], ['$1']}])).
