%% Building and dropping lists many times over.
-module(gc_lists).
-export([start/0]).

start() ->
    erlang:display(loop(50, [])).

loop(0, Keep) -> {length(Keep), lists:sum(Keep)};
loop(N, Keep) ->
    L = [X * N || X <- lists:seq(1, 500)],
    loop(N - 1, [lists:sum(L) | Keep]).
