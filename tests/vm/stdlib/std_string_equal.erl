%% string:equal/4 with the normal forms of Unicode.
-module(std_string_equal).
-export([start/0]).

start() ->
    Pairs = [{"e\x{301}", "\x{e9}"}, {"\x{fb01}", "fi"}, {"\x{212b}", "\x{c5}"}, {"Stra\x{df}e", "STRASSE"}, {"a", "b"}],
    [erlang:display({Form, IgnoreCase, string:equal(A, B, IgnoreCase, Form), string:equal(unicode:characters_to_binary(A), B, IgnoreCase, Form)})
     || {A, B} <- Pairs, Form <- [none, nfc, nfd, nfkc, nfkd], IgnoreCase <- [false, true]].
