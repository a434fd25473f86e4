%% Naive reverse, ten times over a list of 100.
-module(list_naive_reverse).
-export([start/0]).

start() ->
    erlang:display(repeat(10, lists:seq(1, 100))).

repeat(0, L) -> L;
repeat(N, L) -> repeat(N - 1, nrev(L)).

nrev([]) -> [];
nrev([H | T]) -> app(nrev(T), [H]).

app([], L) -> L;
app([H | T], L) -> [H | app(T, L)].
