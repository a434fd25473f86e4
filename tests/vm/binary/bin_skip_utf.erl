%% Skipping and reading utf8, utf16 and utf32 characters.
-module(bin_skip_utf).
-export([start/0]).

start() ->
    Text = [$a, 16#E9, 16#1F600],
    erlang:display(second8(<< <<C/utf8>> || C <- Text >>)),
    erlang:display(second16(<< <<C/utf16>> || C <- Text >>)),
    erlang:display(second32(<< <<C/utf32>> || C <- Text >>)),
    erlang:display([C || <<C/utf32-little>> <= << <<C/utf32-little>> || C <- Text >>]),
    erlang:display(second32(<<0, 17, 0, 0, 0, 0, 0, 1>>)),
    erlang:display(second16(<<16#D8, 0, 0, 1>>)).

second8(<<_/utf8, C/utf8, Rest/binary>>) -> {C, Rest};
second8(_) -> none.

second16(<<_/utf16, C/utf16, Rest/binary>>) -> {C, Rest};
second16(_) -> none.

second32(<<_/utf32, C/utf32, Rest/binary>>) -> {C, Rest};
second32(_) -> none.
