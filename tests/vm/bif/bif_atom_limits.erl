%% Texts too long for an atom: which of them are looked at before that is said.
-module(bif_atom_limits).
-export([start/0]).

start() ->
    [erlang:display({Id, [made(Make, Text) || Make <- makers()]}) || {Id, Text} <- texts()],
    [erlang:display({Id, [made(Make, List) || Make <- [fun list_to_atom/1, fun list_to_existing_atom/1]]}) || {Id, List} <- lists()].

makers() ->
    [fun(Text) -> Make(Text, Encoding) end || Make <- [fun binary_to_atom/2, fun binary_to_existing_atom/2], Encoding <- [utf8, latin1]].

made(Make, Text) ->
    try is_atom(Make(Text)) catch error:Reason -> Reason end.

texts() ->
    [{{Character, Count, byte_size(Behind)}, <<(binary:copy(Character, Count))/binary, Behind/binary>>}
     || Character <- [<<"a">>, <<"é"/utf8>>], Count <- [10, 254, 255, 256], Behind <- [<<255>>, <<195>>, <<16#C0, 16#80>>, <<255, 0:2000/unit:8>>]] ++
    [{begins, <<255, 0:Count/unit:8>>} || Count <- [256, 1018, 1019, 1020, 2000]].

lists() ->
    [{{Count, Behind}, lists:duplicate(Count, $a) ++ Behind} || Count <- [254, 255, 256, 3000], Behind <- [[foo], foo, [-1]]] ++
    [{begins, [foo | lists:duplicate(300, $a)]}].
