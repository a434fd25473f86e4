%% Atoms have at most 255 characters.
-module(limit_atom_length).
-export([start/0]).

start() ->
    Longest = list_to_atom(lists:duplicate(255, 16#20AC)),
    erlang:display(length(atom_to_list(Longest))),
    erlang:display(byte_size(atom_to_binary(Longest))),
    erlang:display(try list_to_atom(lists:duplicate(256, $a)) catch error:R -> R end),
    erlang:display(try binary_to_atom(binary:copy(<<"a">>, 256)) catch error:R2 -> R2 end).
