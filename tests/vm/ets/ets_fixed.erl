%% Walking a table while it changes, fixed by safe_fixtable/2.
-module(ets_fixed).
-export([start/0]).

start() ->
    [walk(Type) || Type <- [set, ordered_set, bag]],
    T = ets:new(t, []),
    erlang:display(ets:info(T, fixed)),
    ets:safe_fixtable(T, true),
    ets:safe_fixtable(T, true),
    erlang:display({ets:info(T, fixed), element(2, ets:info(T, safe_fixed_monotonic_time)) =:= [{self(), 2}]}),
    ets:safe_fixtable(T, false),
    erlang:display(ets:info(T, fixed)),
    ets:safe_fixtable(T, false),
    erlang:display({ets:info(T, fixed), ets:info(T, safe_fixed)}),
    %% A key that was deleted and put again while the table was fixed is there once.
    ets:insert(T, {k, 1}),
    ets:safe_fixtable(T, true),
    ets:delete(T, k),
    erlang:display({ets:lookup(T, k), ets:member(T, k), ets:info(T, size), ets:first(T), ets:next(T, k)}),
    ets:insert(T, {k, 2}),
    erlang:display({ets:tab2list(T), ets:info(T, size)}),
    ets:delete_all_objects(T),
    ets:safe_fixtable(T, false),
    erlang:display({ets:tab2list(T), ets:info(T, size)}),
    Owner = self(),
    P = spawn(fun() -> ets:safe_fixtable(T, true), Owner ! fixed, receive stop -> ok end end),
    receive fixed -> ok end,
    erlang:display(ets:info(T, fixed)),
    Ref = monitor(process, P),
    P ! stop,
    receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display(ets:info(T, fixed)).

%% Deletes each key it stands on, and adds new ones behind: all of the first ones are seen once (whether a new one is,
%% depends on where it lies).
walk(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{K, v} || K <- lists:seq(1, 200)]),
    ets:safe_fixtable(T, true),
    Seen = walk(T, ets:first(T), []),
    ets:safe_fixtable(T, false),
    Old = [K || K <- Seen, K =< 200],
    erlang:display({Type, length(Old), lists:sort(Old) =:= lists:seq(1, 200), [K || {K, _} <- ets:tab2list(T), K =< 200]}).

walk(_, '$end_of_table', Seen) -> Seen;
walk(T, Key, Seen) ->
    ets:delete(T, Key),
    Key =< 200 andalso ets:insert(T, {Key + 1000, new}),
    walk(T, ets:next(T, Key), [Key | Seen]).
