%% select_replace, select_delete, select_count, update_element and take on every type that has them.
-module(ets_replace).
-export([start/0]).

start() ->
    [replace(Type) || Type <- [set, ordered_set, duplicate_bag]],
    [delete(Type) || Type <- [set, ordered_set, bag, duplicate_bag]],
    T = ets:new(t, []),
    ets:insert(T, {big, 1 bsl 70, "list", <<0:1000>>}),
    erlang:display(ets:update_counter(T, big, [{2, 1}, {2, -(1 bsl 70)}, {2, 5, 3, 0}])),
    erlang:display(ets:update_element(T, big, [{4, {new, tuple}}, {3, 7}])),
    erlang:display(ets:lookup(T, big)),
    erlang:display(ets:update_counter(T, fresh, {3, 2}, {x, y, 40})),
    erlang:display(lists:sort(ets:tab2list(T))).

replace(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{K, K * K} || K <- lists:seq(1, 100)]),
    Count = ets:select_replace(T, [{{'$1', '$2'}, [{'>', '$1', 90}], [{{'$1', {{old, '$2'}}}}]}]),
    erlang:display({Type, Count, ets:lookup(T, 91), ets:lookup(T, 90), ets:info(T, size)}),
    erlang:display(try ets:select_replace(T, [{{'$1', '$2'}, [], [{{'$2', '$1'}}]}]) catch error:R -> R end),
    erlang:display(ets:lookup(T, 5)).

delete(Type) ->
    T = ets:new(t, [Type]),
    ets:insert(T, [{K rem 50, K rem 3, K} || K <- lists:seq(1, 500)]),
    Before = ets:info(T, size),
    Zero = ets:select_count(T, [{{'_', 0, '_'}, [], [true]}]),
    Deleted = ets:select_delete(T, [{{'_', 0, '_'}, [], [true]}]),
    erlang:display({Type, Before, Zero, Deleted, ets:info(T, size)}),
    erlang:display({ets:select_delete(T, [{{7, '_', '_'}, [], [true]}]), ets:lookup(T, 7)}),
    erlang:display({length(ets:take(T, 8)), ets:take(T, 8)}),
    ets:match_delete(T, {'_', 1, '_'}),
    erlang:display({ets:info(T, size), ets:delete_all_objects(T), ets:info(T, size)}).
