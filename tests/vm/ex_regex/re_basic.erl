%% re: run with captures, replace, split, compile errors.
-module(re_basic).
-export([start/0]).

start() ->
    p(re:run("hello world", "o w")),
    p(re:run("hello", "l+", [{capture, all, binary}])),
    p(re:run("a1b2", "[0-9]", [global, {capture, all, list}])),
    p(re:run("none", "x")),
    p(re:replace("a.b.c", "\\.", "-", [global, {return, list}])),
    p(re:split("a, b,c", ",\\s*", [{return, list}])),
    {ok, Re} = re:compile("(a+)(b)?"),
    p(re:run("caaa", Re, [{capture, all, list}])),
    p(element(1, re:compile("(unclosed"))),
    p(re:run("ABC", "b", [caseless, {capture, none}])),
    p(re:run("line1\nline2", "^line2$", [multiline])).

p(X) -> io:format("~p~n", [X]).
