%% Greedy, lazy and possessive repeats; loops of what may be empty; backtracking into them.
-module(re_quantifiers).
-export([start/0]).

start() ->
    [show(Subject, Pattern) || {Subject, Pattern} <- cases()].

cases() ->
    [{"aaaa", "a*"}, {"aaaa", "a*?"}, {"aaaa", "a*?$"}, {"aaaa", "a++a"}, {"aaaa", "a{2}"}, {"aaaa", "a{2,}?"},
     {"aaaa", "a{1,3}+a"}, {"aaaa", "a{1,3}a{2}"}, {"aaaa", "(a|aa)+$"}, {"aab", "(a*)+b"}, {"aab", "(a*)*c?"},
     {"abcabc", "(?:abc){2}"}, {"abcab", "(?:abc){2}"}, {"abab", "(?:(a)|b)*"}, {"aba", "(?:(a)|(b))*"}, {"xyz", "(|x)*y"},
     {"xyz", "(|x)*?y"}, {"aaa", "(a?)*?b|(a{3})"}, {"foobar", ".*(o).*"}, {"foobar", ".*?(o).*"}, {"foobar", "(?U).*(o)"},
     {"a{1", "a{1"}, {"a{,3}", "a{,3}"}, {"aaaaaaaaaa", "^(?:a{2}){2,4}(a*)$"}, {"((()))", "(?:\\(|\\))+"},
     {"aaab", "(?>a+)ab"}, {"aaab", "(?>a+)b"}, {"aaab", "(?>a*?)ab"}, {"abc", "(?:a|ab)(?:c|bcd)?$"}, {"", "(?:)*"},
     {"", "()+"}, {"ab", "(a(?=b))+b"}, {"aXaXa", "(?:aX?)+?$"}, {"12345", "\\d{2,3}?\\d$"}, {"abcde", "[a-c]*+[c-e]"}].

show(Subject, Pattern) ->
    io:format("~s ~s ~p~n", [Subject, Pattern, re:run(Subject, Pattern, [{capture, all, list}])]).
