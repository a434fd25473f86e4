%% The language of match specifications: heads, guards, bodies, and what is refused.
-module(ets_match_spec).
-export([start/0]).

start() ->
    T = ets:new(t, [ordered_set]),
    ets:insert(T, [{1, 10, a}, {2, -3, [x, y]}, {3, 2.5, #{k => v}}, {4, {p, q}, <<"bin">>}, {5, 10, 10}]),
    [erlang:display({Head, select(T, [{Head, [], ['$$']}])}) || Head <- heads()],
    [erlang:display({Guard, select(T, [{{'$1', '$2', '$3'}, [Guard], ['$1']}])}) || Guard <- guards()],
    [erlang:display({Body, select(T, [{{'$1', '$2', '$3'}, [{'<', '$1', 3}], Body}])}) || Body <- bodies()],
    [erlang:display({Spec, select(T, Spec)}) || Spec <- whole_specs()],
    Compiled = ets:match_spec_compile([{{'$1', '$2'}, [{'>', '$1', 1}], [{{'$2', "const"}}]}]),
    erlang:display(ets:is_compiled_ms(Compiled)),
    erlang:display(ets:is_compiled_ms(compiled)),
    erlang:display(ets:match_spec_run([{1, a}, {2, b}, {3, c}, {4}], Compiled)),
    erlang:display(ets:test_ms({7, 8}, [{{'$1', '$2'}, [], [{'+', '$1', '$2'}]}])),
    erlang:display(ets:test_ms({7}, [{{'$1', '$2'}, [], ['$1']}])).

heads() ->
    [
        '_', '$1', {'$1', '_', '_'}, {'_', '$7', '$2'}, {'$1', '$2', '$2'}, {'_', '_', ['$1' | '$2']}, {'_', '_', #{k => '$1'}},
        {'_', '_', #{}}, {'_', '_', #{k => v}}, {'_', '_', #{'$1' => v}}, {'_', {'$1', '$2'}, '$3'}, {1, '$1', a}, {1.0, '$1', '_'}, {'_', '_'}, {'_', '_', <<"bin">>}, atom
    ].

guards() ->
    [
        true, false, other, {is_integer, '$2'}, {is_float, '$2'}, {is_list, '$3'}, {is_map, '$3'}, {is_binary, '$3'},
        {is_tuple, '$2'}, {is_atom, '$3'}, {is_number, '$2'}, {'not', {is_number, '$2'}}, {'>', '$2', 2}, {'=<', '$2', 2.5},
        {'==', '$2', 10.0}, {'=:=', '$2', 10.0}, {'=/=', '$2', '$3'}, {'/=', '$2', '$3'}, {'and', {'>', '$1', 1}, {'<', '$1', 4}},
        {'or', {'==', '$1', 1}, {'==', '$1', 5}, false}, {'andalso', {is_list, '$3'}, {'==', {hd, '$3'}, x}},
        {'orelse', {'==', '$1', 1}, {'==', {length, '$3'}, 2}}, {'xor', {'==', '$1', 1}, {is_integer, '$1'}},
        {'==', {'rem', '$1', 2}, 0}, {'==', {element, 1, '$2'}, p}, {'==', {map_get, k, '$3'}, v}, {is_map_key, k, '$3'},
        {'==', {map_size, '$3'}, 1}, {'==', {byte_size, '$3'}, 3}, {'==', {size, '$2'}, 2}, {'==', {abs, '$2'}, 3},
        {'==', {'+', '$2', '$3'}, 20}, {'==', {'-', '$2'}, 3}, {'==', {'div', '$2', 0}, 1}, {'<', '$2', {const, {a, b}}},
        {'==', '$2', {{p, q}}}, {'==', '$_', {{1, 10, a}}}, {'==', {element, 3, '$_'}, a}, {is_record, '$2', p, 2},
        {'==', {'band', '$1', 1}, 1}, {'==', {'bsl', '$1', 2}, 8}, {'==', {round, '$2'}, 3}, {'==', {trunc, '$2'}, 2}
    ].

bodies() ->
    [
        ['$_'], ['$$'], ['$3', '$1'], [{{'$1', {{'$2'}}, []}}], [['$1', {'*', '$1', 2} | '$3']], [#{key => '$1', '$1' => '$2'}],
        [{const, {'$1', '_'}}], ['_'], [atom], ["string"], [{'+', '$2', '$3'}], [{{}}], [{element, 2, '$_'}], [{'/', '$2', 4}],
        [[]], [{hd, '$$'}], [{tl, '$$'}]
    ].

whole_specs() ->
    [
        [],
        [{{1, '_', '_'}, [], [one]}, {{'$1', '_', '_'}, [{'>', '$1', 3}], ['$1']}],
        [{{'$1', '_', '_'}, [{'>', '$1', 1}, {'<', '$1', 4}], ['$1']}],
        [{{'_', '_', '_'}, [], ['$1']}],
        [{{'$1', '_', '_'}, [{unknown, '$1'}], ['$1']}],
        [{{'$1', '_', '_'}, [{'and'}], ['$1']}],
        [{{'$1', '_', '_'}, [], [{}]}],
        [{{'$1', '_', '_'}, [], [{'$1', 2}]}],
        [{{'$1', '_', '_'}, [], []}],
        [{{'$1', '_', '_'}, no_list, ['$1']}],
        [{{'$1', '_', '_'}, []}],
        [no_clause],
        no_spec
    ].

select(T, Spec) ->
    try ets:select(T, Spec) catch C:R -> {C, R} end.
