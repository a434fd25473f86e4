%% Exceptions unwind many frames, and variables of the catching frame survive.
-module(exc_across_calls).
-export([start/0, id/1]).

start() ->
    erlang:display(f(id({keep, [me]}), 1000)).

f(Keep, N) ->
    L = [N, N + 1],
    try deep(N) of _ -> never catch throw:{depth, D} -> {Keep, L, D} end.

deep(0) -> throw({depth, 0});
deep(N) -> 1 + deep(N - 1).

id(X) -> X.
