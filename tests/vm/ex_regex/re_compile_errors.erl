%% Patterns that are wrong: text and position of each error.
-module(re_compile_errors).
-export([start/0]).

start() ->
    [io:format("~s: ~p~n", [Pattern, compiled(re:compile(Pattern))]) || Pattern <- patterns()],
    [io:format("~p ~p~n", [Options, compiled(re:compile(Pattern, Options))]) || {Pattern, Options} <- with_options()],
    [io:format("~p: ~p~n", [Options, reason(fun() -> re:compile("a", Options) end)]) || Options <- [[foo], foo, [{newline, x}], [global]]],
    io:format("~p~n", [re:run("a", "(", [report_errors])]),
    io:format("~p~n", [reason(fun() -> re:run("a", "(", []) end)]).

compiled({ok, {re_pattern, Groups, Unicode, CrLf, _}}) -> {Groups, Unicode, CrLf};
compiled(Error) -> Error.

patterns() ->
    ["(a", "a)", "[a", "[]", "[z-a]", "[a-\\d]", "[[:foo:]]", "[:alpha:]", "[[.a.]]", "*", "a**", "a{3}{4}", "^*", "\\b+",
     "(?i)*", "(*)", "a{2,1}", "a{99999}", "\\", "[\\", "\\c", "\\1", "(a)\\2x", "(?1)", "(?P>n)", "(?&n)", "\\k<n>", "\\k",
     "\\g{n}", "\\g", "\\g{0}", "(?<n>a)(?<n>b)", "(?<1>a)", "(?<n", "(?Pn)", "(?<", "(?", "(?z)", "(?i", "(?#a", "(?(1)a)",
     "(?(1)a|b|c)()", "(?(0)a)", "(?(", "(?R", "(?+1)", "(?-1)", "(?<=a*)b", "(?<=a|bc*)d", "(?R)", "(a|(?1))", "\\p{Foo}",
     "\\p", "\\pX", "\\x{100}", "\\x{zz}", "\\777", "\\o{8}", "\\o", "(*FOO)", "(*ACCEPT:a)", "(*MARK)", "\\N{x}", "\\u", "[\\N]",
     "(?C256)", "(?|(?<a>x)|(?<b>y))", "(?(DEFINE)a|b)"].

with_options() ->
    [{"a", [unicode, never_utf]}, {"(*UTF8)a", [never_utf]}, {"\\x{d800}", [unicode]}, {"\\x{110000}", [unicode]},
     {"(?<=\\C)a", [unicode]}, {"a", [bsr_anycrlf, bsr_unicode]}, {"( ?:a)", [extended]}].

reason(F) ->
    try F() catch error:Reason -> Reason end.
