%% Options of re:run/3: what each changes.
-module(re_options).
-export([start/0]).

start() ->
    [io:format("~p~n", [re:run(Subject, Pattern, Options)]) || {Subject, Pattern, Options} <- cases()].

cases() ->
    [{"ABC", "b", [caseless]},
     {"a\nb", "^b", []},
     {"a\nb", "^b", [multiline]},
     {"a\nb", "a.b", []},
     {"a\nb", "a.b", [dotall]},
     {"a b", "a b # comment", [extended]},
     {"xab", "ab", [anchored]},
     {"ab\n", "b$", []},
     {"ab\n", "b$", [dollar_endonly]},
     {"aaa", "a+", [ungreedy]},
     {"aaa", "a", [global, {capture, all, list}]},
     {"abcabc", "b", [{offset, 2}]},
     {"ab12", "([a-z]+)(\\d+)", [{capture, all_but_first, binary}]},
     {"ab12", "([a-z]+)(\\d+)", [{capture, [2, 1], list}]},
     {"ab12", "(?<word>[a-z]+)(?<number>\\d+)", [{capture, [number, word], binary}]},
     {"ab12", "(?<word>[a-z]+)(?<number>\\d+)", [{capture, all_names, binary}]},
     {"ab", "a", [{capture, none}]},
     {"ab", "(x)?b", [{capture, all, index}]},
     {"ab", "", [notempty]},
     {<<"é"/utf8>>, <<"^.$">>, [unicode]},
     {<<"é"/utf8>>, <<"^.$">>, []},
     {<<"É"/utf8>>, <<"é"/utf8>>, [unicode, caseless]},
     {"a\r\nb", "^b", [multiline, {newline, crlf}]},
     {"aXbX", "x", [caseless, global, {capture, first, list}]}].
