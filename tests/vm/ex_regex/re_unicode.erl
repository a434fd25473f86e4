%% UTF-8 subjects and patterns: code points, properties, cases, offsets, what is malformed.
-module(re_unicode).
-export([start/0]).

start() ->
    Text = <<"Grüße, Ωμέγα! 字 ß"/utf8>>,
    [p({Pattern, run(Text, Pattern, [])}) || Pattern <- [".", "..ü", "[^a-zA-Z]", "\\x{3a9}.", "\\p{Lu}", "\\p{Greek}+", "\\p{Han}", "\\P{L}", "\\p{L&}+$"]],
    [p({Pattern, run(Text, Pattern, [ucp])}) || Pattern <- ["\\w+", "\\b\\w", "\\W+", "[[:alpha:]]+$", "[[:punct:]]", "\\d|\\s"]],
    [p({Pattern, run(Text, Pattern, [caseless])}) || Pattern <- ["GRÜ", "ωΜΈ", "[α-ω]+", "ẞ"]],
    p(re:run([1024, 1025, $x], [1025], [unicode])),
    p(re:run([1024, 1025, $x], [1025], [unicode, {capture, all, list}])),
    p(re:run(<<"aéb"/utf8>>, ".", [unicode, global])),
    p(re:run(<<"aéb"/utf8>>, ".", [global])),
    p(re:run(<<"aéb"/utf8>>, "b", [unicode, {offset, 3}])),
    p(reason(fun() -> re:run(<<"aéb"/utf8>>, "b", [unicode, {offset, 2}]) end)),
    p(reason(fun() -> re:run(<<255>>, "b", [unicode]) end)),
    p(reason(fun() -> re:run([1024], "b", []) end)),
    p(re:run(<<"e", 16#301/utf8, "x">>, "\\X", [unicode])),
    p(re:run(<<16#1F600/utf8>>, "^.$", [unicode, {capture, none}])),
    p(re:split(<<"a·b·c"/utf8>>, <<"·"/utf8>>, [unicode, {return, list}])),
    p(re:replace(<<"naïve café"/utf8>>, "[^a-z ]", "_", [unicode, global, {return, list}])),
    p(re:run(<<"(*UTF8)é"/utf8>>, <<"(*UTF8)é"/utf8>>)).

run(Text, Pattern, Options) ->
    re:run(Text, unicode:characters_to_binary(Pattern), [unicode | Options]).

reason(F) ->
    try F() catch error:Reason -> Reason end.

p(X) -> io:format("~p~n", [X]).
