%% match, match_object, match_delete, select and select_delete.
-module(ets_match).
-export([start/0]).

start() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{1, a, x}, {2, b, x}, {3, a, y}, {4, c, z}]),
    erlang:display(ets:match(T, {'$1', a, '$2'})),
    erlang:display(ets:match_object(T, {'_', '_', x})),
    erlang:display(ets:select(T, [{{'$1', '$2', '_'}, [{'orelse', {'=:=', '$2', c}, {'<', '$1', 2}}], [{{'$2', '$1'}}]}])),
    erlang:display(ets:select_count(T, [{{'$1', '_', '_'}, [{'>', '$1', 2}], [true]}])),
    erlang:display(ets:select_delete(T, [{{'_', a, '_'}, [], [true]}])),
    erlang:display(ets:match_delete(T, {'_', '_', z})),
    erlang:display(ets:tab2list(T)).
