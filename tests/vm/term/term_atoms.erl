%% Atoms to text and back.
-module(term_atoms).
-export([start/0, id/1]).

start() ->
    erlang:display(atom_to_list(id(hello))),
    erlang:display(atom_to_binary(id('hello world'))),
    erlang:display(list_to_atom(id("an atom"))),
    erlang:display(binary_to_atom(id(<<"bin">>))),
    erlang:display(binary_to_existing_atom(id(<<"start">>), utf8)),
    erlang:display(list_to_existing_atom(id("start"))),
    erlang:display(length(atom_to_list(id('æøå')))),
    erlang:display(atom_to_binary(id('æøå'), utf8)),
    erlang:display(atom_to_binary(id('æøå'), latin1)),
    erlang:display(['', 'A', 'a@b', '1a', a_B1, 'new\nline', 'if']),
    erlang:display(try list_to_existing_atom(id("never " ++ "seen " ++ id("before"))) catch error:R -> R end),
    erlang:display(try binary_to_atom(id(<<255>>), utf8) catch error:R2 -> R2 end),
    erlang:display(try list_to_atom(lists:duplicate(256, $a)) catch error:R3 -> R3 end).

id(X) -> X.
