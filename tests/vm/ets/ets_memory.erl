%% What tables give back: memory after many objects have come and gone, the names of tables that have ended.
-module(ets_memory).
-export([start/0]).

-define(ROUNDS, 10).
-define(OBJECTS, 30).

start() ->
    Item = {lists:duplicate(500, x), binary:copy(<<"y">>, 1000)},
    [flat(Type, Name, Goes, Item) || Type <- [set, bag, ordered_set], {Name, Goes} <- ways(Item)],
    flat(set, whole_tables, fun(T) -> ets:delete(T) end, Item),
    names().

ways(Item) ->
    [{delete, fun(T) -> [ets:delete(T, N) || N <- lists:seq(1, ?OBJECTS)] end},
     {delete_object, fun(T) -> [ets:delete_object(T, {N, Item}) || N <- lists:seq(1, ?OBJECTS)] end},
     {match_delete, fun(T) -> ets:match_delete(T, '_') end},
     {fixed, fun(T) -> ets:safe_fixtable(T, true), ets:match_delete(T, '_'), ets:safe_fixtable(T, false) end},
     {again, fun(T) -> fill(T, {Item}), fill(T, Item), ets:delete_all_objects(T) end}].

fill(T, Item) -> [ets:insert(T, {N, Item}) || N <- lists:seq(1, ?OBJECTS)].

%% 300 objects of 1000 words are far more than what may be left.
flat(Type, Name, Goes, Item) ->
    Run = fun() ->
        T = ets:new(t, [Type, public]),
        fill(T, Item),
        Goes(T),
        ets:info(T) =:= undefined orelse ets:delete(T)
    end,
    aside(Run),
    Before = total(),
    aside(fun() -> [Run() || _ <- lists:seq(1, ?ROUNDS)] end),
    Left = total() - Before,
    io:format("~p ~p: ~p~n", [Type, Name, Left < 500000 orelse Left]).

%% In a process of its own, whose heap goes with it.
aside(Run) ->
    {Pid, Monitor} = spawn_monitor(Run),
    receive {'DOWN', Monitor, process, Pid, Why} -> Why end.

%% Of the machine alone: what erl holds is also that of whatever else runs in its node, and given back a moment later.
total() ->
    erlang:garbage_collect(),
    try atomvm:platform() of
        _ -> erlang:memory(total)
    catch
        error:undef -> 0
    end.

names() ->
    named = ets:new(named, [named_table, public]),
    io:format("~p~n", [badarg(fun() -> ets:new(named, [named_table]) end)]),
    true = ets:delete(named),
    io:format("~p~n", [{ets:whereis(named), badarg(fun() -> ets:insert(named, {1}) end)}]),
    [names(N) || N <- lists:seq(1, 3)],
    ok.

names(N) ->
    aside(fun() -> named = ets:new(named, [named_table]), ets:insert(named, {N}) end),
    io:format("~p~n", [ets:whereis(named)]),
    named = ets:new(named, [named_table]),
    io:format("~p~n", [ets:tab2list(named)]),
    other = ets:rename(named, other),
    io:format("~p~n", [{ets:whereis(named), ets:whereis(other) =:= undefined}]),
    ets:delete(other).

badarg(F) -> try F() catch error:badarg -> badarg end.
