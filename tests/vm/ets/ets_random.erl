%% Random operations on every type of table against a list that models it, with and without fixing.
-module(ets_random).
-export([start/0]).

start() -> [erlang:display({Type, Seed, run(Type, Seed)}) || Type <- [set, ordered_set, bag, duplicate_bag], Seed <- [1, 2, 3]].

run(Type, Seed) ->
    T = ets:new(t, [Type]),
    {_, Model, _} = lists:foldl(fun(Step, {S, M, Fixed}) -> step(Step, T, Type, S, M, Fixed) end, {Seed, [], false}, lists:seq(1, 400)),
    Size = length(Model),
    ets:delete(T),
    Size > 0.

step(Step, T, Type, S0, Model, Fixed) ->
    {Key, S1} = key(S0),
    {Value, S2} = pick(S1, 3),
    {Operation, S3} = pick(S2, 12),
    Object = {Key, Value, <<Step:2000>>},
    {NewModel, NewFixed} = operate(Operation, T, Type, Object, Model, Fixed),
    Step rem 20 =:= 0 andalso check(T, Type, NewModel),
    {S3, NewModel, NewFixed}.

operate(Operation, T, Type, Object, Model, Fixed) when Operation < 5 ->
    true = ets:insert(T, Object),
    {insert(Type, Object, Model), Fixed};
operate(5, T, Type, {Key, _, _}, Model, Fixed) ->
    true = ets:delete(T, Key),
    {[O || O <- Model, not same_key(Type, element(1, O), Key)], Fixed};
operate(6, T, _, _, [Object | _] = Model, Fixed) ->
    true = ets:delete_object(T, Object),
    {[O || O <- Model, O =/= Object], Fixed};
operate(7, T, Type, {Key, _, _}, Model, Fixed) ->
    Found = ets:lookup(T, Key),
    Found = [O || O <- Model, same_key(Type, element(1, O), Key)],
    {Model, Fixed};
operate(8, T, _, _, Model, Fixed) ->
    true = ets:safe_fixtable(T, not Fixed),
    {Model, not Fixed};
operate(9, T, _, {_, 0, _}, Model, Fixed) ->
    Deleted = ets:select_delete(T, [{{'_', 1, '_'}, [], [true]}]),
    Kept = [O || O <- Model, element(2, O) =/= 1],
    Deleted = length(Model) - length(Kept),
    {Kept, Fixed};
operate(10, T, Type, Object, Model, Fixed) ->
    case ets:insert_new(T, Object) of
        true -> {insert(Type, Object, Model), Fixed};
        false -> true = lists:any(fun(O) -> same_key(Type, element(1, O), element(1, Object)) end, Model), {Model, Fixed}
    end;
operate(11, T, Type, {Key, Value, _}, Model, Fixed) when Type =:= set; Type =:= ordered_set ->
    case ets:update_element(T, Key, {3, {updated, Value}}) of
        true -> {[case same_key(Type, K, Key) of true -> {K, V, {updated, Value}}; false -> O end || {K, V, _} = O <- Model], Fixed};
        false -> {Model, Fixed}
    end;
operate(_, _, _, _, Model, Fixed) ->
    {Model, Fixed}.

insert(duplicate_bag, Object, Model) -> Model ++ [Object];
insert(bag, Object, Model) -> case lists:member(Object, Model) of true -> Model; false -> Model ++ [Object] end;
insert(Type, Object, Model) -> [O || O <- Model, not same_key(Type, element(1, O), element(1, Object))] ++ [Object].

check(T, Type, Model) ->
    Sorted = lists:sort(Model),
    Sorted = lists:sort(ets:tab2list(T)),
    Sorted = lists:sort(lists:append(walk(T, ets:first(T)))),
    Sorted = lists:sort(portions(ets:match_object(T, '_', 7))),
    true = length(Model) =:= ets:info(T, size),
    Type =:= ordered_set andalso (true = [K || {K, _, _} <- ets:tab2list(T)] =:= lists:reverse(back(T, ets:last(T)))).

walk(_, '$end_of_table') -> [];
walk(T, Key) -> [ets:lookup(T, Key) | walk(T, ets:next(T, Key))].

back(_, '$end_of_table') -> [];
back(T, Key) -> [Key | back(T, ets:prev(T, Key))].

portions('$end_of_table') -> [];
portions({Objects, Continuation}) -> Objects ++ portions(ets:match_object(Continuation)).

same_key(ordered_set, A, B) -> A == B;
same_key(_, A, B) -> A =:= B.

%% Keys of all kinds, among them integers and floats that are ==.
key(S0) ->
    {Kind, S1} = pick(S0, 5),
    {N, S2} = pick(S1, 40),
    {case Kind of 0 -> float(N); 1 -> {key, N}; 2 -> integer_to_binary(N); _ -> N end, S2}.

pick(S, Below) ->
    Next = (S * 1103515245 + 12345) band 16#7FFFFFFF,
    {(Next bsr 8) rem Below, Next}.
