%% match_spec_test/3 of any term, not of tuples alone, and operators with one operand.
-module(ets_match_spec_terms).
-export([start/0]).

start() ->
    [erlang:display({Term, Pattern, Guard, tested(Term, [{Pattern, [Guard], ['$_']}])})
     || {Term, Pattern} <- [{5, '$1'}, {-5, '$1'}, {{5}, {'$1'}}, {#{a => 5}, #{a => '$1'}}, {[5, x], ['$1', '_']}, {atom, '$1'}, {[], []}],
        Guard <- [true, {'<', {'-', '$1'}, -4}, {'<', {'+', '$1'}, 6}, {'or', {is_integer, '$1'}, {'or', '$1', '$1'}}]].

tested(Term, Spec) ->
    try erlang:match_spec_test(Term, Spec, table) catch error:Reason -> Reason end.
