%% Look-behinds, of fixed length under PCRE 8 and of limited length under PCRE2 (OTP 28), and what else the two tell apart
%% about look-arounds, recursion and conditions.
-module(re_lookbehind).
-export([start/0]).

start() -> [pattern(Pattern) || Pattern <- patterns()], ok.

pattern(Pattern) ->
    case re:compile(Pattern) of
        {ok, _} -> io:format("~s ~0p~n", [Pattern, [found(Subject, Pattern) || Subject <- subjects()]]);
        {error, Error} -> io:format("~s ~0p~n", [Pattern, Error])
    end,
    case re:compile(Pattern, [unicode]) of
        {ok, _} -> ok;
        {error, Reason} -> io:format("  unicode: ~0p~n", [Reason])
    end.

%% Where it begins and how long it is; shorter than the whole of it.
found(Subject, Pattern) ->
    case re:run(Subject, Pattern, [{capture, first}]) of
        {match, [{Start, Length}]} -> [Start | Length];
        nomatch -> no
    end.

subjects() ->
    [
        "b", "ab", "aab", "aaab", "aaaab", "xb", "bcdx", "adx", "bcx", "ax", "efx", "ex", "\r\nb", "\nb", "bcb",
        "bca", "abc", "ac", "xad", "xbcd", "abbc", "bbc", "ababc", "abababc", "aaaac", "12,345%", "1%", "12345678%",
        "foox", "fox", "axxxbc", "acd", "bacd", "aa", "bbbb", "cd", "bd", "abd", "d"
    ].

patterns() ->
    [
        "(?<=a+)b", "(?<=a{1,3})b", "(?<=a*)b", "(?<=a?)b", "(?<=a{1,255})b", "(?<=a{1,256})b", "(?<=a{0,70000})b",
        "(?<=a{300})b", "(?<=(a|bc)d?)x", "(?<=a|bcd|ef?)x", "(?<!a{1,3})b", "(?<=\\R)b", "(?<=\\X)b",
        "(?<=(a)(\\1))b", "(a+)(?<=\\1)b", "(a)(?<=\\1)b", "(?<=(?R))b", "(?<=a(?=b+))b", "(?<=a\\Kb?)c",
        "(?<=x(?(1)a|bc))d", "(?<=(?>a?|ab)b)c", "(?<=\\C)b", "(?<=a{2,})b", "(?<=(?:ab){1,3})c",
        "(?<=(?:a{1,3}){2,3})c", "(?<=(?:a{1,100}){2,3})c", "(?<=\\d{1,3}(?:,\\d{3}){0,2})%", "(?<=^a?)b",
        "(?<=\\bfoo?)x", "(?<=a??)b", "(?<=a?+)b", "(?<=a.{0,3}b)c", "(?<=[ab]{1,2}c)d", "(?<=(?<n>a|bb))\\k<n>",
        "(?<=(a{1,2}))b", "(?<=.{1,65536})b", "(?<=a{65535})b", "(?<=a{65536})b", "(?<=(?=a+)a)b", "(?<=(?<=a?)b)c",
        "(?<=ab|c?)(?<!a?b)d", "(?R)", "(a|(?1)b)", "(a?(?1)b)", "(?1)(a|b)", "((?1))", "(a*(?R)?)", "(?(12)a)",
        "(?(1)a|b)", "x(?(123)a|b)", "(?(<n>)a)", "(?(n)a)", "(?(R1)a)", "(?(R&n)a)", "(?(-1)a)", "(?(+1)a)",
        "((?(2)a)b)", "(x(?<=a(?1)?)b)", "(?<=(?=\\K)a)b", "(?=(a\\K))", "a(?<=a{0,3}?)b", "(?<!\\R)b",
        "(?<=(?i:a?))b", "(?|(a)|(b))(?<=\\1)", "(?<=x{2}{0,3})b", "(?<=(a{2}|b){0,3})b", "^(.|(.)(?1)\\2)$",
        "(a|ab)(?1)b", "^(a+)(?1)?b$", "(?<=a|b+)c", "x(?<=ab|c|d*)", "x(?<!ab|c|d{1,300})", "(?<=(?<=a+)b)c",
        "(?<=a(?<!b|c*))c", "(?<=a\\Kb)c", "(?=a\\Kb)c", "x(?<=a|\\Kb)c", "(?!\\K)", "(a|(?1)b)(?<=(?1))",
        "(?<=a(?R)?)b", "((?2))((?1))", "(?<=\\K)a", "\\K(?=a)"
    ].
