%% Options of compile and run: what each of them changes.
-module(re_options).
-export([start/0]).

start() ->
    p(re:run("a b", "a b", [extended])),
    p(re:run("ab", "a b # comment\n", [extended])),
    p(re:run("a\nb", "a.b", [dotall])),
    p(re:run("ABC", "b", [caseless])),
    p(re:run("xab", "ab", [anchored])),
    p(re:run("aaa", "a+", [ungreedy])),
    p(re:run("aaa", "a+?", [ungreedy])),
    p(re:run("ab", "(a)(?<n>b)", [no_auto_capture])),
    p(re:run("aab", "a", [{offset, 1}])),
    p(re:run("aab", "^a", [{offset, 1}])),
    p(re:run("aab", "\\Ga", [{offset, 1}])),
    p(re:run("aab", "(?<=a)a", [{offset, 1}])),
    p(re:run("ab", "a*", [notempty, {offset, 1}])),
    p(re:run("ba", "a*", [notempty_atstart])),
    p(re:run("ba", "a?", [notempty])),
    p(re:run("xABC", "(*COMMIT)ABC", [no_start_optimize])),
    p(re:run("xABC", "(*COMMIT)ABC")),
    p(re:run(lists:duplicate(40, $a) ++ "!", "(a+)+$", [report_errors])),
    p(re:run(lists:duplicate(40, $a) ++ "!", "(a+)+$")),
    p(re:run("aaaaaaaaaaaa", "(a+)+[bc]", [report_errors, {match_limit, 3}])),
    p(re:run("aaaaaaaaaaaa", "(a+)+[bc]", [report_errors, {match_limit_recursion, 3}])),
    p(re:run("b", "(a+)+[bc]", [report_errors, {match_limit, 100}])),
    {ok, Compiled} = re:compile("(?<b>b)(?<a>c)", [caseless]),
    p(re:inspect(Compiled, namelist)),
    {ok, Twice} = re:compile("(?<a>b)|(?<c>c)|(?<a>d)", [dupnames]),
    p(re:inspect(Twice, namelist)),
    p(re:run("dcb", Twice, [global, {capture, all_names, binary}])),
    p(re:run("aBC", Compiled)),
    p(re:run("aBCbc", Compiled, [global, {capture, [a], list}])),
    p(re:run("aBC", Compiled, [anchored])),
    p([reason(fun() -> re:run("aBC", Compiled, [O]) end) || O <- [caseless, unicode, foo, {offset, -1}, {capture, foo}, {capture, all, foo}]]),
    p([reason(fun() -> re:run(S, P) end) || {S, P} <- [{foo, "a"}, {"a", foo}, {<<1:3>>, "a"}, {"a", <<1:3>>}, {"a", {re_pattern, 0, 0, 0, <<>>}}]]),
    p(reason(fun() -> re:inspect(foo, namelist) end)),
    p(is_binary(re:version())),
    p(element(1, Compiled)),
    p([element(N, element(2, re:compile(P, O))) || {P, O} <- [{"(a)(b)", []}, {"a", [unicode]}, {"a", [{newline, any}]}], N <- [2, 3, 4]]).

reason(F) ->
    try F() catch error:Reason -> Reason end.

p(X) -> io:format("~p~n", [X]).
