%% Pattern syntax: groups, classes, quantifiers, assertions, references, recursion.
-module(re_syntax).
-export([start/0]).

start() ->
    [io:format("~ts ~p~n", [Pattern, re:run(Subject, Pattern, [{capture, all, list}])]) || {Pattern, Subject} <- cases()].

cases() ->
    [{"a{2,3}", "aaaa"},
     {"a{2,3}?", "aaaa"},
     {"(?:ab)+", "ababa"},
     {"[^a-c]+", "abcxyz"},
     {"[[:digit:]]+[[:alpha:]]", "x12y"},
     {"[]a]+", "]a]"},
     {"\\bfoo\\b", "a foo b"},
     {"\\Bo", "foo"},
     {"^\\s*(\\w+)\\s*=\\s*(.*?)\\s*$", "  key = some value  "},
     {"(\\w)\\1", "hello"},
     {"(?<c>.)\\k<c>", "abccd"},
     {"foo(?=bar)", "foobar"},
     {"foo(?!bar)", "foobaz"},
     {"(?<=\\$)\\d+", "cost $42"},
     {"(?<!a)b", "ab bb"},
     {"(?>a+)b", "aaab"},
     {"a++b", "aaac"},
     {"(a|ab)(c|bcd)(d*)", "abcd"},
     {"(?i)abc(?-i)D", "ABCD"},
     {"(?|(a)|(b))c", "bc"},
     {"(a)?(?(1)b|c)", "ab c"},
     {"\\((?:[^()]|(?R))*\\)", "x(a(b)c)y"},
     {"\\x41\\x{42}\\103", "ABC"},
     {"\\Qa.b\\E", "a.b"},
     {"\\d{3}-\\d{4}", "tel 555-1234"},
     {"(?s).+(?#comment)z", "a\nz"},
     {"x*", "aaa"},
     {"(a*)*", "aab"},
     {"(?m)^(\\w+)$", "one\ntwo"},
     {"foo\\Kbar", "foobar"}].
