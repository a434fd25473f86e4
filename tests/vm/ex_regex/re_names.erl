%% Names of groups: lists of them, duplicates, references forwards and backwards.
-module(re_names).
-export([start/0]).

start() ->
    [p({Pattern, names(Pattern)}) || Pattern <- ["(?<b>.)(?<a>.)", "(.)", "(?<a>.)(.)(?'c'.)(?P<b>.)", "(?J)(?<a>.)|(?<a>.)", "(?|(?<a>.)|(?<a>.))"]],
    p(re:run("ab", "(?<x>a)(?<y>b)", [{capture, [y, x, y], binary}])),
    p(re:run("abab", "(?<x>a)b\\k{x}b", [{capture, [x]}])),
    p(re:run("bb", "(?J)(?:(?<n>a)|(?<n>b))\\k<n>", [{capture, all, list}])),
    p(re:run("ab", "(?&later)b(?(DEFINE)(?<later>a))")),
    p(re:run("aXbX", "(?<l>[a-z])X(?&l)X", [{capture, all_names, list}])),
    p(re:run("a", "(?<n>x)?a(?(n)b|)")),
    p(re:run("xab", "(?<n>x)?a(?(<n>)b|c)")),
    p(re:run("xab", "(?<n>x)?a(?('n')b|c)")).

names(Pattern) ->
    {ok, Compiled} = re:compile(Pattern),
    re:inspect(Compiled, namelist).

p(X) -> io:format("~p~n", [X]).
