%% Line ends: ^ and $ with each kind of newline, dot, \R, firstline, notbol, noteol.
-module(re_lines).
-export([start/0]).

start() ->
    Text = <<"one\ntwo\r\nthree\rfour\n">>,
    Newlines = [lf, cr, crlf, anycrlf, any],
    Patterns = ["^\\w", "\\w$", "^.*$", ".+", "\\w+\\Z", "\\w+\\z", "\\N+"],
    [p({N, P, O, re:run(Text, P, [{newline, N}, global | O])}) || N <- Newlines, P <- Patterns, O <- [[], [multiline], [dotall]]],
    [p({R, O, re:run(<<"\r\n", 11, 12, 16#85, "\n\r">>, R, [global | O])}) || R <- ["\\R", "\\R{2}", "\\R+"], O <- [[], [bsr_anycrlf], [bsr_unicode]]],
    [p({O, re:run(<<"ab\nab\n">>, "ab$", [global | O])}) || O <- [[], [dollar_endonly], [multiline], [noteol], [multiline, noteol]]],
    [p({O, re:run(<<"ab\nab">>, "^ab", [global | O])}) || O <- [[], [multiline], [notbol], [multiline, notbol], [anchored]]],
    p(re:run(<<"a\nb">>, "b", [firstline])),
    p(re:run(<<"a\nb">>, "a\nb", [firstline])),
    p(re:run(<<"(*CR)">>, "(*CR)^.")),
    p(re:run(<<"a\rb">>, "(*CR)(?m)^b")),
    p(re:run(<<"a\r\nb">>, "", [global, {newline, crlf}])).

p(X) -> io:format("~p~n", [X]).
