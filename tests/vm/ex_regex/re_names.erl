%% Names of groups: lists of them, duplicates, references forwards and backwards.
-module(re_names).
-export([start/0]).

start() ->
    [p({Pattern, names(Pattern)}) || Pattern <- ["(?<b>.)(?<a>.)", "(.)", "(?<a>.)(.)(?'c'.)(?P<b>.)", "(?J)(?<a>.)|(?<a>.)", "(?|(?<a>.)|(?<a>.))"]],
    p(re:run("ab", "(?<x>a)(?<y>b)", [{capture, [y, x, y], binary}])),
    p(re:run("abab", "(?<x>a)b\\k{x}b", [{capture, [x]}])),
    p(re:run("bb", "(?J)(?:(?<n>a)|(?<n>b))\\k<n>", [{capture, all, list}])),
    [p([re:run("bdbc", Pattern, [{capture, all_names, index} | Options]) || Options <- [[], [global], [dupnames], [dupnames, global]]])
     || Pattern <- duplicates()],
    p(re:run("ab", "(?&later)b(?(DEFINE)(?<later>a))")),
    p(re:run("aXbX", "(?<l>[a-z])X(?&l)X", [{capture, all_names, list}])),
    p(re:run("a", "(?<n>x)?a(?(n)b|)")),
    p(re:run("xab", "(?<n>x)?a(?(<n>)b|c)")),
    p(re:run("xab", "(?<n>x)?a(?('n')b|c)")).

%% PCRE2 in OTP 28 and later tells other captures where (?J) alone allows a name twice.
duplicates() ->
    case list_to_integer(erlang:system_info(otp_release)) < 28 of
        true -> ["(?J)(?<a>b)|(?<c>c)|(?<a>d)", "(?J)(?<a>b)(?<a>d)?", "(?J)(?<b>x)?(?<a>b)|(?<a>d)|(?<a>c)"];
        false -> []
    end.

names(Pattern) ->
    {ok, Compiled} = re:compile(Pattern),
    re:inspect(Compiled, namelist).

p(X) -> io:format("~p~n", [X]).
