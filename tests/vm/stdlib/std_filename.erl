%% filename on plain text.
-module(std_filename).
-export([start/0]).

start() ->
    p(filename:join("a", "b")),
    p(filename:join(["/a", "b", "c.txt"])),
    p(filename:basename("/a/b.erl")),
    p(filename:basename("/a/b.erl", ".erl")),
    p(filename:extension("x.tar.gz")),
    p(filename:rootname("x.tar.gz")),
    p(filename:dirname("/a/b/c")),
    p(filename:split(<<"/usr/lib">>)).

p(X) -> io:format("~p~n", [X]).
