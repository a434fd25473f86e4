%% The string module.
-module(std_string).
-export([start/0]).

start() ->
    p([string:uppercase("abc"), string:lowercase(<<"ABC">>), string:titlecase("hello"), string:casefold("ABC")]),
    p([string:length("héllo"), string:reverse("abc"), string:trim("  x "), string:trim("xxaxx", both, "x")]),
    p([string:split("a,b,c", ","), string:split("a,b,c", ",", all), string:split("a,b,c", ",", trailing)]),
    p([string:find("hello", "ll"), string:find("hello", "z"), string:prefix("hello", "he")]),
    p([string:replace("a-b-c", "-", "+", all), string:slice("hello", 1, 3), string:lexemes("a b  c", " ")]),
    p([string:pad("x", 3), string:pad("x", 3, leading, $0), string:concat("a", "b"), string:equal("a", <<"a">>)]),
    p([string:to_integer("12abc"), string:to_float("1.5x"), string:is_empty(""), string:join(["a", "b"], ", ")]),
    p([string:next_grapheme("e" ++ [16#301] ++ "x"), string:to_graphemes("ab")]).

p(L) -> [io:format("~p~n", [X]) || X <- L].
