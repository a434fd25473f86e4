%% Exceptions in the of part are not caught by the same try.
-module(exc_try_of).
-export([start/0, id/1]).

start() ->
    erlang:display(try outer() catch throw:X -> {outer, X} end).

outer() ->
    try id(1) of
        1 -> throw(from_of);
        2 -> two
    catch
        throw:Y -> {inner, Y}
    end.

id(X) -> X.
