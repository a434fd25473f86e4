%% re:replace and re:split over the native matcher.
-module(re_replace_split).
-export([start/0]).

start() ->
    io:format("~p~n", [re:replace("abcd", "c", "[&]", [{return, list}])]),
    io:format("~p~n", [re:replace("abcabc", "b", "X", [global, {return, binary}])]),
    io:format("~p~n", [re:replace("john smith", "(\\w+) (\\w+)", "\\2, \\1", [{return, list}])]),
    io:format("~p~n", [re:replace("aaa", "", "-", [global, {return, list}])]),
    io:format("~p~n", [re:replace("a.b", "\\.", "\\\\&", [{return, list}])]),
    io:format("~p~n", [re:split("a,b,,c", ",", [{return, list}])]),
    io:format("~p~n", [re:split("a,b,,c,,", ",", [{return, binary}, trim])]),
    io:format("~p~n", [re:split("a1b2c", "(\\d)", [{return, list}])]),
    io:format("~p~n", [re:split("a1b2c", "(\\d)", [{return, list}, group])]),
    io:format("~p~n", [re:split("abc", "", [{return, list}])]),
    io:format("~p~n", [re:split("a b c", " ", [{return, list}, {parts, 2}])]),
    {ok, Compiled} = re:compile("[aeiou]"),
    io:format("~p~n", [re:run("rhythm", Compiled)]),
    io:format("~p~n", [re:replace("education", Compiled, "*", [global, {return, list}])]),
    io:format("~p~n", [re:inspect(element(2, re:compile("(?<b>x)(?<a>y)")), namelist)]).
