%% utf8, utf16 and utf32 segments in both directions.
-module(bin_utf).
-export([start/0, id/1]).

start() ->
    Chars = [$a, 16#E9, 16#20AC, 16#1F600, 16#10FFFF, 0],
    [erlang:display({C, <<C/utf8>>, <<C/utf16>>, <<C/utf16-little>>, <<C/utf32>>, <<C/utf32-little>>}) || C <- Chars],
    erlang:display(decode(<<"aé€😀"/utf8>>)),
    erlang:display(decode(<<255>>)),
    erlang:display(decode(<<16#C0, 16#80>>)),
    erlang:display(decode(<<16#ED, 16#A0, 16#80>>)),
    erlang:display(decode(<<$a, 16#E2, 16#82>>)),
    <<A/utf16, B/utf16-little>> = id(<<16#D8, 16#3D, 16#DE, 16#00, 16#AC, 16#20>>),
    erlang:display({A, B}),
    erlang:display([try <<(id(C))/utf8>> catch error:R -> R end || C <- [16#D800, 16#110000, -1, a]]).

decode(<<C/utf8, Rest/binary>>) -> [C | decode(Rest)];
decode(<<>>) -> [];
decode(Rest) -> {stopped, Rest}.

id(X) -> X.
