%% binary:part, at, first, last, copy, longest common prefix, lists.
-module(bin_module_parts).
-export([start/0, id/1]).

start() ->
    B = id(<<"hello world">>),
    erlang:display(binary:part(B, 0, 5)),
    erlang:display(binary:part(B, 11, -5)),
    erlang:display(binary:part(B, {6, 5})),
    erlang:display(binary_part(B, 1, 3)),
    erlang:display([binary:at(B, 4), binary:first(B), binary:last(B)]),
    erlang:display(binary:copy(<<"ab">>, 3)),
    erlang:display(binary:copy(B)),
    erlang:display(binary:bin_to_list(B, 0, 5)),
    erlang:display(binary:list_to_bin([1, [2, <<3>>]])),
    erlang:display(binary:longest_common_prefix([<<"abcd">>, <<"abxy">>])),
    erlang:display(binary:longest_common_suffix([<<"xyz">>, <<"ayz">>])),
    erlang:display(split_binary(B, 5)),
    erlang:display(binary:decode_unsigned(<<1, 0, 0>>)),
    erlang:display(binary:decode_unsigned(<<1, 0, 0>>, little)),
    erlang:display(binary:encode_unsigned(65536)),
    erlang:display(binary:encode_unsigned(1 bsl 100, little)),
    erlang:display(try binary:part(B, 5, 20) catch error:R -> R end),
    erlang:display(try binary:at(B, 11) catch error:R2 -> R2 end).

id(X) -> X.
