%% OTP 28 or later: its PCRE2 has more syntax than PCRE 8, and other texts and places of errors.
-module(re_pcre2).
-export([start/0]).

start() ->
    [io:format("~s ~0p~n", [Pattern, compiled(re:compile(Pattern))]) || Pattern <- wrong() ++ references() ++ conditions()],
    [io:format("~ts ~0p~n", [Pattern, compiled(re:compile(Pattern, [unicode]))]) || Pattern <- wide()],
    [io:format("~0p ~0p~n", [Pattern, compiled(re:compile(Pattern))]) || Pattern <- malformed()],
    [io:format("~0p ~0p ~0p~n", [Pattern, Options, run(Subject, Pattern, Options)]) || {Subject, Pattern, Options} <- runs()],
    {ok, Compiled} = re:compile("a\\R", [bsr_anycrlf]),
    io:format("~0p~n", [[run("a\n", Compiled, [Option]) || Option <- [bsr_anycrlf, bsr_unicode, {newline, lf}, {newline, any}]]]).

compiled({ok, {re_pattern, Groups, _, _, _}}) -> Groups;
compiled({error, Error}) -> Error.

run(Subject, Pattern, Options) ->
    try re:run(Subject, Pattern, Options) catch error:Reason -> Reason end.

wrong() ->
    ["a**", "\\b*", "(?i)*", "(*)", "(*-a)", "(*a)", "(*a:b)", "(*a", "(*FOO:a)", "(*0MARK:m)", "(*:)", "(*MARK:)", "(*F:m)",
     "(*LIMIT_MATCH=a)", "a{2,1}", "a{65536}", "a{ 1 , 2 }", "a{,2 }{ ", "\\N{2,1}", "\\N{a}", "\\N{U+41}", "\\u", "\\F", "\\j",
     "\\c", "\\x", "\\xg", "\\x{", "\\x{ 4g", "\\x{4", "\\x{100}", "\\o", "\\o{}", "\\o{8}", "\\400", "\\8", "\\81", "\\99999",
     "\\p", "\\p1", "\\p{L", "\\p{!}", "\\p{(}", "\\pX", "\\p{ l u }", "\\p{gr_eek}", "\\p{sc:greek}", "\\p{L:u}",
     "[z-a]", "[a-\\d]", "[\\d-a]", "[a-\\p{L}]", "[a-[:digit:]]", "[[:digit:]-z]", "[[:foo:]]", "[[.a.]]", "[:alpha:]", "[.a.]",
     "[\\N]", "[\\R]", "[\\j]", "[\\g\\k]", "[a", "(?z)", "(?^-i)", "(?i-s-x)", "(?aDX)", "(?^xx:a)(?n)(?r)(?aD)", "(?#a", "(", "a)",
     "(?C256)", "(?C1", "(?Ca", "(?C\"a", "(?C{a}}b})(?C\"c\")"].

references() ->
    ["\\g", "\\g0", "\\g-1", "\\g+1", "\\g+0", "\\g{-1}", "\\g{+1}", "\\g{-0}", "\\g{1", "\\g{}", "\\g{ a }", "\\g{99999}", "\\g99999",
     "\\g<5>", "\\g<-1>", "\\g<+1>", "\\g<-0>", "\\g<0>", "\\g<1", "\\g<a", "\\g'x'", "\\k", "\\k{}", "\\k<1>", "\\k'x'", "\\1", "a\\2b\\2",
     "(?1", "(?1)", "(?+1)", "(?-1)", "(?+0)", "(?+a)", "(?65536)", "(?R", "(?Ra", "(?&a", "(?&a)", "(?&1)", "(?P>a", "(?P=a", "(?Pa)",
     "(?<a", "(?<>)", "(?<1>)", "(?<a>)(?<a>)", "(?|(?<a>x)|(?<b>y))", "(?<a234567890123456789012345678901234567890>a)",
     "(?<=(?1))(a)", "(a(?<=(?1)))", "(?<=\\k'm')", "(?<=(?&n))(?<n>a)", "(?<=a*)\\1", "(?=\\K)\\1", "(*plb:a+)"].

conditions() ->
    ["(?(", "(?()a)", "(?(1", "(?(1)a", "(?(1)a)", "(?(1a)a)", "(?(0)a)", "(?(-1)a)", "(?(+0)a)", "(?(a", "(?(a)b)", "(?(<a)b)", "(?(<a>)b)",
     "(?(<1>)b)", "(?(R", "(?(R1)a)", "(?(R&a)b)", "(?(Ra)b)", "(?(DEFINE)a|b)", "(?(VERSION>10)a)", "(?(VERSION>=10.)a)", "(?(?a)b)",
     "(?(?C1)a)", "(?(?C1)(?=a)b)", "(?(*pla:a)b)", "(?(*atomic:a)b)", "aaaa(?(1)b|c|d)()", "a(?1)(?(?=a)b|c|d)()", "(?(?=a)b|c|d)"].

wide() ->
    ["\\x{d800}", "\\x{110000}", "\\x{é", "\\N{U+41}", "\\N{U+}", "\\N{U+ 41 }", "(?<é>)\\k<é>", "\\k<1é>", "(?Pé", "\\pé", "(*aé)"].

malformed() ->
    [<<"(*UTF)a", Bytes/binary>> || Bytes <- [<<16#C3>>, <<16#E2, 16#82>>, <<16#F0, $a, $b, $c>>, <<16#ED, 16#A0, 16#80>>, <<16#C0, 16#80>>,
                                              <<16#80>>, <<16#FF>>, <<16#F4, 16#90, 16#80, 16#80>>, <<16#F8, 16#88, 16#80, 16#80, 16#80>>]].

runs() ->
    %% The way back leads into a call again.
    [{"abcba", "^(.|(.)(?1)\\2)$", []}, {"aaab", "^(a+)(?1)b", []}, {"aab", "(?:(?&x)ab)(?(DEFINE)(?<x>a|aa))", []},
     {"aab", "((*COMMIT)a|b)?(?1)b", []}, {"abab", "^((a|b)(?1)?)$", []},
     %% Look-arounds that are not atomic, conditions by version, options.
     {"abcab", "^(?*.*(?<w>[bc]))\\w*\\k<w>$", []}, {"xb", "(?<*x|xx)b", []}, {"a", "(?(VERSION>=10.4)a|b)", []}, {"Ab", "(?^i:a)(?^:b)", []},
     {"ab", "(?n)(a)(?<n>b)", []}, {"a b", "(?xx)a [ ] b]", []}, {"ab", "(?xx)[ a b ]+", []}, {"c", "(?xx)[ a - z ]", []}, {"^", "(?xx)[ ^ a]", []}, {"1", "(?xx)[\\d - z]", []}, {"aa", "a{ ,2 }", []}, {"a", "\\x{ 61 }", []},
     {<<"٣"/utf8>>, "\\d", [unicode, ucp]}, {<<"٣"/utf8>>, "(?aD)\\d", [unicode, ucp]}, {<<"k", 16#212A/utf8>>, "k+", [unicode, caseless]},
     {<<"k", 16#212A/utf8>>, "(?r)k+", [unicode, caseless]}, {"A", "\\p{Ll}", [caseless]}, {<<233>>, <<201>>, [caseless, ucp]},
     {<<"a", 16#300/utf8>>, "^\\w+$", [unicode, ucp]}, {<<16#FF11/utf8>>, "[[:xdigit:]]", [unicode, ucp]}, {<<133>>, "[[:cntrl:]]", [ucp]},
     {"aba", "(a\\1?){3}", []}, {"aa", "a(*ACCEPT)?b", []}, {"ab", "(?<=a(*ACCEPT)b)b", []}, {<<"a", 0, "b">>, "(*NUL)(?m)^b", []}, {"", "(*NOTEMPTY)a?", []},
     {"a", <<"a", 133, "+">>, [extended]}, {<<16#85>>, "\\R", [bsr_anycrlf, bsr_unicode]}, {<<16#85>>, "\\R", [bsr_unicode, bsr_anycrlf]},
     {"a", "(*ANYCRLF)a", [{newline, any}]}, {"a", "(*ANYCRLF)a", [{newline, any}, global]}, {<<"xα"/utf8>>, "(*COMMIT)α", [unicode]}].
