%% re:split and re:replace with their options.
-module(re_split_replace).
-export([start/0]).

start() ->
    [p({O, re:split("Erlang-is, fun--", "([-,])\\s*", [{return, list} | O])}) || O <- [[], [trim], [group], [{parts, 2}], [group, trim], [{parts, 3}, trim]]],
    p(re:split("abc", "", [{return, binary}])),
    p(re:split("", ",", [{return, list}])),
    p(re:split("a1b22c", "\\d")),
    p(re:split("a\nb\r\nc", "\\R", [{return, binary}])),
    [p({R, O, re:replace("abcd", "[bc]", R, [{return, list} | O])}) || R <- ["X", "[&]", "\\\\", "\\&", "<\\0>"], O <- [[], [global]]],
    p(re:replace("John Smith", "(\\w+) (\\w+)", "\\2, \\1", [{return, binary}])),
    p(re:replace("aaa", "a(b)?", "<\\1>", [global, {return, list}])),
    p(re:replace("a.b", "\\.", "-")),
    p(re:replace("x", "y", "z")),
    p(re:replace("banana", "a*", "-", [global, {return, list}])),
    p(re:replace("banana", "(?=a)", "|", [global, {return, list}])),
    p(re:replace(lists:duplicate(200, $a), "a", "bc", [global, {return, binary}])).

p(X) -> io:format("~p~n", [X]).
