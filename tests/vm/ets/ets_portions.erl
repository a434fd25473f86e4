%% select/3, match/3 and match_object/3 with their continuations: nothing twice, nothing left out, portions of the limit.
-module(ets_portions).
-export([start/0]).

start() ->
    O = filled(ordered_set),
    erlang:display(sizes(ets:select(O, spec(), 7))),
    {First, More} = ets:select(O, spec(), 3),
    erlang:display(First),
    {Second, _} = ets:select(More),
    erlang:display(Second),
    {Last, Before} = ets:select_reverse(O, spec(), 2),
    erlang:display(Last),
    erlang:display(element(1, ets:select_reverse(Before))),
    erlang:display(ets:select('$end_of_table')),
    [complete(filled(Type)) || Type <- [set, ordered_set, bag, duplicate_bag]],
    E = ets:new(e, []),
    erlang:display({ets:select(E, spec(), 3), ets:match(E, '$1', 3), ets:match_object(E, '_', 1)}),
    erlang:display(ets:select(O, [{{5, '$1'}, [], ['$1']}], 10)),
    erlang:display(failure(fun() -> ets:select(O, spec(), 0) end)),
    erlang:display(failure(fun() -> ets:select(nothing) end)).

spec() -> [{{'$1', '_'}, [], ['$1']}].

filled(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{K, V} || K <- lists:seq(1, 50), V <- [a, b, c]]),
    T.

complete(T) ->
    Selected = all(fun ets:select/1, ets:select(T, spec(), 4)),
    Matched = all(fun ets:match/1, ets:match(T, {'$1', '$2'}, 9)),
    Objects = all(fun ets:match_object/1, ets:match_object(T, '_', 1)),
    erlang:display({length(Selected), length(Matched), length(Objects)}),
    erlang:display(lists:usort(Selected) =:= lists:seq(1, 50)),
    erlang:display(lists:sort(Objects) =:= lists:sort(ets:tab2list(T))),
    erlang:display(lists:sort(Matched) =:= lists:sort([[K, V] || {K, V} <- Objects])).

all(_, '$end_of_table') -> [];
all(More, {Results, Continuation}) -> Results ++ all(More, More(Continuation)).

sizes('$end_of_table') -> [];
sizes({Results, Continuation}) -> [length(Results) | sizes(ets:select(Continuation))].

failure(F) ->
    try F() of V -> V catch C:R -> {C, R} end.
