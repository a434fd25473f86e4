%% References, conditions, recursion, atomic groups, look-arounds, branch reset.
-module(re_groups).
-export([start/0]).

start() ->
    [show(Subject, Pattern) || {Subject, Pattern} <- cases()].

cases() ->
    [{"abab", "(ab)\\1"}, {"abAB", "(?i)(ab)\\1"}, {"abAB", "((?i)ab)\\1"}, {"aa", "(?<x>a)\\k<x>"}, {"aa", "(?P<x>a)(?P=x)"},
     {"aba", "(a)(b)\\g{-2}"}, {"ab", "(a)|b\\1"}, {"aab", "(a\\1?){2}b"}, {"xay", "(x)?a(?(1)y|z)"}, {"az", "(x)?a(?(1)y|z)"},
     {"ay", "(x)?a(?(1)y|z)"}, {"<a>", "(?<o><)?a(?(<o>)>)"}, {"ab", "(?(?=a)ab|cd)"}, {"cd", "(?(?!a)cd|ab)"},
     {"(a(b)c)", "\\((?:[^()]|(?R))*\\)"}, {"x(a(b)c)y", "(\\((?:[^()]++|(?1))*+\\))"}, {"abba", "^(.)(.)\\2\\1$"},
     {"racecar", "^(?:(.)((?1))?.)*$"}, {"1+2*(3-4)", "^(?<e>(?<t>\\d|\\((?&e)\\))(?:[-+*](?&t))*)$"},
     {"192.168.1.1", "(?(DEFINE)(?<byte>\\d{1,3}))^(?&byte)(?:\\.(?&byte)){3}$"}, {"aab", "^(?:a(?R)?b|ab)$"},
     {"foobar", "foo(?=bar)"}, {"foobaz", "foo(?!bar)..."}, {"price $42", "(?<=\\$)\\d+"}, {"x42", "(?<!\\$)\\b\\d|\\d\\d"},
     {"abcd", "(?<=ab|b)c"}, {"abcd", "(?<=(?<=a)b)c"}, {"foobar", "foo\\Kbar"}, {"xyc", "(?|(a)b|x(y))(c)"},
     {"aaab", "(?>a*)b"}, {"aaa", "(?>a*)a"}, {"aXbX", "(?=.*?(b))a"}, {"ac", "(?!(b))a(\\1)?c"}, {"abcabc", "(?'n'abc)\\g{n}"},
     {"abab", "(?<p>a)b(?P>p)b"}, {"aB", "(?i:a)B"}, {"aB", "(?i)a(?-i)b"}, {"a.b", "\\Qa.b\\E"}, {"ab", "a(?#comment)b"}].

show(Subject, Pattern) ->
    io:format("~s ~s ~p~n", [Subject, Pattern, re:run(Subject, Pattern, [{capture, all, list}])]).
