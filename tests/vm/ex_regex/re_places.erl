%% Rare mistakes of patterns, and where they are seen; look-behinds with calls and (*ACCEPT) in them.
-module(re_places).
-export([start/0]).

start() ->
    [io:format("~s ~0p~n", [Pattern, compiled(re:compile(Pattern))]) || Pattern <- patterns()],
    [io:format("~0p ~0p~n", [Pattern, re:compile(Pattern)]) || Pattern <- malformed()],
    [io:format("~s ~0p~n", [Pattern, re:run(Subject, Pattern)]) || {Subject, Pattern} <- runs()],
    %% PCRE gives nothing of .* back to \R, and forgets what [:^space:] is beyond Latin-1 in a class of this kind (PCRE 8).
    [io:format("~s ~0p~n", [Pattern, re:run(<<"ab", 133>>, Pattern)]) || Pattern <- line_ends()],
    [io:format("~ts ~0p~n", [Class, re:run(<<"é"/utf8, 16#17F/utf8, "字"/utf8>>, Class, [unicode, global])]) || Class <- classes()],
    io:format("~0p~n", [re:run(<<"é字"/utf8>>, "é{0}字|\\w{1,3}字{0}?[^K\\s]", [unicode])]).

compiled({ok, {re_pattern, Groups, _, _, _}}) -> Groups;
compiled({error, Error}) -> Error.

patterns() ->
    %% A condition that is (?!) leaves its mark on the next look-around.
    ["(?(?!))(?<=)?", "(?(?!)a(?=b)?)", "(?(?!)(?=b)(?=c)?)", "(?<=)?(?(?!))", "(?(?!)*)a",
     "(?(<1)a", "(?(<1>)a)", "(?('1')a)",
     "(?(?C1)(?=a)b)", "(?(?C)(?!)b)", "(?(?C1)a)", "(?(?C256)(?=a))", "(?(?C1)(?<n>a)b)",
     "(?(-1)a)b(?1", "(?(-1)a)b", "(?(-0)a)", "(?(+0)a)", "(?(+))", "(?(+a))", "(?(--1))", "(?(+",
     "[K-\\k]", "[a-\\z]", "[A-\\R]", "[\\k-z]",
     "\\g<->", "\\g<+>", "\\g<-", "\\g<+a>", "\\g'-a'",
     %% Calls in look-behinds are measured when all groups are known.
     "a(?<=(?1)b)(a+)x", "(?<=(?1)b+)(a)xx", "(?<=b+(?1))(a)xx", "(?<=(?1))(a+)\\2", "(?<=(?1))(a+)(*UU)",
     "(?:a)(?<=(?R))", "(a(?<=(?1)))", "(a(?<=(?2)))(b(?1))",
     "(?<=a(*ACCEPT)b+)", "(?<=(?:a(*ACCEPT)b|cd)e)x", "(?<=(?:cd|a(*ACCEPT)b)e)x", "(?<=a+(*ACCEPT))"].

line_ends() ->
    ["a.+\\R", "(*NO_AUTO_POSSESS)a.+\\R", "(a.*)\\R", "(a.*?)\\R", "a.*?\\R", "a.*(\\R|\\R{2})", "a.*\\R?", "a.*(?=\\R)", "(?s)a.*\\R"].

classes() ->
    ["[^[:^space:]\\p{Lu}]", "[^[:^space:]\\p{Lu}ſ]", "[^\\D\\p{Lu}é]", "[[:^space:]\\p{Lu}]", "[^[:^space:]é]"].

malformed() ->
    [<<"(*UTF)ab", 16#FF>>, <<"(*UTF)a", 16#E2, 16#82>>, <<"(*UTF)", 16#ED, 16#A0, 16#80>>, <<"(*UTF)", 16#C0, 16#80>>].

runs() ->
    [{"ab", "(?<=a(*ACCEPT)b)b"}, {"cde", "(?<=cd|a(*ACCEPT)bbb)e"}, {"xa", "(?(?C1)(?=a)a|x)"}].
