%% Long subjects: results are parts of the subject, matches by the thousand, loops that are long but not deep.
-module(re_large).
-export([start/0]).

start() ->
    Line = <<"2024-05-06T07:08:09 [info] GET /path/42?x=1 200 12ms\n">>,
    Text = binary:copy(Line, 400),
    p(counted(re:run(Text, "\\d+", [global]))),
    p(counted(re:run(Text, "^(\\S+) \\[(\\w+)\\] (\\w+) (\\S+) (\\d+)", [global, multiline, {capture, all_but_first, binary}]))),
    p(re:run(Text, "missing")),
    p(re:run(Text, ".*missing")),
    p(re:run(Text, "[^\\n]*\\nX")),
    p(re:run(Text, "\\A(?:.*\\n)*\\z", [{capture, none}])),
    p(re:run(Text, "(?:[^\\n]|\\n)+\\z", [{capture, none}])),
    p(re:run(Text, "(?s)^.*(GET).*?(\\d+)ms\\Z", [{capture, all_but_first, binary}])),
    p(length(re:split(Text, "\n"))),
    p(erlang:phash2(re:replace(Text, "\\[(\\w+)\\]", "<\\1>", [global, {return, binary}]))),
    Nested = [lists:duplicate(500, $(), lists:duplicate(500, $))],
    p(re:run(Nested, "^(\\((?1)*\\))$", [{capture, first}])),
    p(lists:sum([byte_size(B) || [B] <- element(2, re:run(Text, "\\S{20,}", [global, {capture, all, binary}]))])).

counted({match, Matches}) -> {length(Matches), hd(Matches), lists:last(Matches)}.

p(X) -> io:format("~p~n", [X]).
