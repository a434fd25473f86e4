%% re:run: every way of asking for captures, groups that took no part, names.
-module(re_captures).
-export([start/0]).

start() ->
    Subject = <<"ABCabcdABC">>,
    Pattern = "(?<first>abc)(d)?(?<last>x)?",
    Specs = [all, first, all_but_first, all_names, none, [], [0], [2, 1, 0], [3, 9], [first], ["last", <<"first">>], [missing]],
    [p({Spec, Type, re:run(Subject, Pattern, [{capture, Spec, Type}])}) || Spec <- Specs, Type <- [index, list, binary]],
    p(re:run(Subject, Pattern, [{capture, all}])),
    p(re:run("abcd", "(a)|(b)|(c)|(d)", [global])),
    p(re:run("abcd", "(a)|(b)|(c)|(d)", [global, {capture, all_but_first, list}])),
    p(re:run("k=v; l=w", "(?<key>\\w)=(?<value>\\w)", [global, {capture, all_names, binary}])),
    p(re:run("k=v; l=w", "=", [global, {capture, none}])),
    p(re:run("b", "(?<n>a)|(?<n>b)", [dupnames, {capture, [n], list}])),
    p(re:run("b", "(?<n>a)|(?<n>b)", [dupnames, {capture, all_names, list}])),
    p(re:run("abc", "(?|(a)b|(x)y)(c)", [{capture, all, list}])),
    p(re:run([<<"it">>, [$e, "r"] | <<"able">>], "er.*", [{capture, all, binary}])).

p(X) -> io:format("~p~n", [X]).
