%% Bit strings that do not end on a byte.
-module(bin_bitstrings).
-export([start/0, id/1]).

start() ->
    B = <<5:3, 1:1, 9:7>>,
    erlang:display(B),
    erlang:display(bit_size(B)),
    erlang:display(byte_size(B)),
    erlang:display([X || <<X:1>> <= B]),
    erlang:display(<<B/bits, B/bits>>),
    erlang:display(<< <<X:2>> || <<X:1>> <= B >>),
    <<H:5, T/bits>> = B,
    erlang:display({H, T}),
    erlang:display(is_binary(B)),
    erlang:display(is_bitstring(B)),
    erlang:display(is_binary(<<B/bits, 0:5>>)),
    erlang:display(bitstring_to_list(B)),
    erlang:display(list_to_bitstring([<<1:3>>, <<2:5>>, 7])),
    erlang:display(try <<(id(B))/binary>> catch error:R -> R end).

id(X) -> X.
