%% Values in stack frames survive collections made by the callee.
-module(gc_stack_frames).
-export([start/0]).

start() ->
    erlang:display(f(30)).

f(0) -> {[], 0};
f(N) ->
    A = {a, N},
    B = [N, N * 2],
    C = integer_to_binary(N),
    {L, S} = f(N - 1),
    {[{element(2, A), hd(B), C} | L], S + lists:sum(B)}.
