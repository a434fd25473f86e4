%% Verbs that steer backtracking.
-module(re_verbs).
-export([start/0]).

start() ->
    [show(Subject, Pattern) || {Subject, Pattern} <- cases()].

cases() ->
    [{"aaab", "a+(*FAIL)|b"}, {"abc", "a(*ACCEPT)b"}, {"ab", "(a(*ACCEPT)b)c"}, {"aaab", "a+(*COMMIT)b"}, {"aaac", "a+(*COMMIT)b|c"},
     {"aac", "a(*PRUNE)b|ac"}, {"aaabaaac", "a+(*SKIP)c"}, {"aaabaaac", "a+(*PRUNE)c"}, {"ac", "(?:a(*THEN)b|ac)"},
     {"abc", "(?:a(*THEN)x|abc)"}, {"abc", "(?:(?:a(*THEN)x)|abc)"}, {"abc", "(?:a(?:(*THEN)x|b)c)"}, {"aaaac", "a(*MARK:m)a+(*SKIP:m)b|c"},
     {"ab", "(?!a(*COMMIT)b)a|b"}, {"ab", "(?=a(*COMMIT)c)a|b"}, {"aab", "(?>a(*COMMIT)c)|b"}, {"acb", "(?(?=a(*ACCEPT)b)ac|x)"},
     {"abc", "(?1)c(?(DEFINE)(a(*COMMIT)b))"}, {"aaab", "(?:a(*PRUNE))+c|b"}, {"xaaab", "(*COMMIT)a+b"}, {"abd", "a(*:x)b(*SKIP:y)c|abd"}].

show(Subject, Pattern) ->
    io:format("~s ~s ~p~n", [Subject, Pattern, re:run(Subject, Pattern, [{capture, all, list}])]).
