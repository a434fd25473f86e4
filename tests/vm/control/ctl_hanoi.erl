%% Towers of Hanoi, counting and listing moves.
-module(ctl_hanoi).
-export([start/0]).

start() ->
    erlang:display(moves(3, a, b, c)),
    erlang:display(length(moves(10, a, b, c))).

moves(0, _, _, _) -> [];
moves(N, From, To, Via) -> moves(N - 1, From, Via, To) ++ [{From, To}] ++ moves(N - 1, Via, To, From).
