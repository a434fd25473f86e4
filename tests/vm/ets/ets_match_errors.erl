%% What is wrong with a match specification, in words (ets:test_ms/2), and that nothing takes one that is.
-module(ets_match_errors).
-export([start/0]).

start() ->
    [one(Spec) || Spec <- lists() ++ variables() ++ calls() ++ forms() ++ traces() ++ good()].

one(Spec) ->
    io:format("~0p~n  ~0tp~n  ~0p ~0p~n", [Spec, ets:test_ms({a, 1}, Spec), taken(Spec), selected(Spec)]).

taken(Spec) ->
    try ets:match_spec_run([{a, 1}], ets:match_spec_compile(Spec)) catch error:Reason -> Reason end.

selected(Spec) ->
    Table = ets:new(table, []),
    ets:insert(Table, {a, 1}),
    try ets:select(Table, Spec) catch error:Reason -> Reason end.

lists() ->
    [[], a, [a], [{a}], [{'$1', [], []}], [{'$1', a, ['$1']}], [{'$1', [], a}], [{'$1', a, b}], [a, {'$1', [], ['$3']}],
     [{'$1', [true, {foo} | a], [true]}], [{'$1', [], [true | a]}], [{'$1', [], [true]} | a], [{'$1', [], ['$2']}, a],
     [{'$1', ['$2' | a], ['$3' | b]}], [{'$1', [], ['$2']}, {'$1', [], ['$3']}]].

variables() ->
    [[{'$1', [], ['$2']}], [{'$1', [], [[a | '$2']]}], [{'$1', [], [#{a => '$2'}]}], [{#{'$1' => a}, [], [true]}],
     [{'$1', [{element, '$2', a}], ['$3']}], [{'$1', [], [{{'$2'}}]}], [{'$1', [{'+', '$2', '$3'}], [true]}],
     [{'$1', [], [['$2', '$3' | '$4']]}], [{'$1', [], [{{'$2', '$3'}}]}], [{'$1', [{'and', '$2', '$3'}], [true]}],
     [{'$1', [{'andalso', '$2', '$3'}], [true]}], [{'$1', [], ['$2', '$3']}], [{{'$1', #{'$1' => a}}, ['$7'], [true]}],
     [{'$1', [], [{{'$2', {bar}}}]}], [{'$1', [], [#{'$2' => '$3'}]}]].

calls() ->
    [[{'$1', [], [{foo, 1}]}], [{'$1', [{foo}], [true]}], [{'$1', [{is_atom}], [true]}], [{'$1', [{is_atom, 1, 2}], [true]}],
     [{'$1', [], [{node, a, b}]}], [{'$1', [{is_record, '$1'}], [true]}], [{'$1', [{is_record, '$1', a}], [true]}],
     [{'$1', [{'not'}], [{'$2'}]}], [{'$1', [{'+'}], [{'+', 1, 2, 3}]}], [{'$1', [], [{hd, 1, 2}]}], [{'$1', [], [{tl}]}],
     [{'$1', [], [{map_get, 1}]}], [{'$1', [], [{size}]}], [{'$1', [{foo, '$2'}], [true]}], [{'$1', [], [{foo, {bar}}]}],
     [{'$1', [], [{'$_'}]}], [{'$1', [], [{'_'}]}], [{'$1', [], [{'$$', 1}]}], [{'$1', [], [{'two words', 1}]}]].

forms() ->
    [[{'$1', [], [{}]}], [{'$1', [], [{'$1'}]}], [{'$1', [], [{1, 2}]}], [{'$1', [], [{'and'}]}], [{'$1', [{'andalso'}], [true]}],
     [{'$1', [], [{const}]}], [{'$1', [], [{const, 1, '$2'}]}], [{'$1', [], [{self, 1}]}], [{'$1', [], [{{'$2'}, 3}]}],
     [{'$1', [], [{"a", 1}]}], [{'$1', [], [{'$1', 1}]}], [{'$1', [], [{{{foo}}, {bar}}]}], [{'$1', [], [{<<1>>, 1.5}]}],
     [{'$1', [], [{#{'$1' => 1}, [{foo}]}]}]].

traces() ->
    [[{'$1', [], [Call]}] || Call <- [{message, true}, {get_tcw}, {get_tcw, 1}, {set_tcw, 1}, {return_trace}, {caller},
                                      {exception_trace}, {display, '$2'}, {process_dump}, {trace, 1}, {silent}, {is_seq_trace},
                                      {set_seq_token, a}, {get_seq_token}, {enable_trace}, {disable_trace, 1}]].

good() ->
    [[{'$1', [{'or', true}], [true]}], [{'$1', [], [{const, '$2'}]}], [{'$1', [{is_record, '$1', a, 2}], [true]}],
     [{'$1', [{is_record, '$1', a, b}], [true]}], [{'$1', [{'+', 1, a}], [true]}], [{'$1', [], ['$_', '$$']}],
     [{'$1', [{{'$1'}}], [true]}], [{'$1', [], ['_']}], [{{'$1', '$2'}, [{'>', '$2', 0}], [{{'$2', '$1'}}]}]].
