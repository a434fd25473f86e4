%% Nested try with rethrow, different classes at each level.
-module(exc_nested).
-export([start/0]).

start() ->
    erlang:display(level(3)),
    erlang:display(rethrow()).

level(0) -> throw(bottom);
level(N) ->
    try level(N - 1) catch throw:R -> {N, R}; error:R -> {error, N, R} end.

rethrow() ->
    try
        try error(one) catch error:R -> throw({again, R}) end
    catch
        throw:T -> try exit({T, more}) catch exit:E -> {done, E} end
    end.
