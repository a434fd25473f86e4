%% unicode conversions, normalisation and errors.
-module(std_unicode).
-export([start/0]).

start() ->
    p(unicode:characters_to_binary([16#20AC, "x", <<"é"/utf8>>])),
    p(unicode:characters_to_list(<<"aé€"/utf8>>)),
    p(unicode:characters_to_binary("é", unicode, latin1)),
    p(unicode:characters_to_binary(<<"é"/utf8>>, utf8, utf16)),
    p(unicode:characters_to_list(<<255, 254>>)),
    p(unicode:characters_to_binary(<<$a, 16#E2, 16#82>>)),
    p(unicode:characters_to_nfc_list([$e, 16#301])),
    p(unicode:characters_to_nfd_list([16#E9])),
    p(unicode:characters_to_nfc_binary(<<"e", 16#301/utf8>>)),
    p(unicode:characters_to_nfkc_list([16#FB01])),
    p(unicode:bom_to_encoding(<<16#EF, 16#BB, 16#BF>>)).

p(T) -> io:format("~w~n", [T]).
