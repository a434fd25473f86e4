%% Arithmetic inside guards fails the guard instead of raising.
-module(arith_in_guards).
-export([start/0]).

start() ->
    [erlang:display(kind(V)) || V <- [1, 2, 10, a, 1.5, "x", 1 bsl 90, {}]].

kind(X) when X + 1 =:= 2 -> one;
kind(X) when X rem 5 =:= 0 -> multiple_of_five;
kind(X) when X * 2 == 3.0 -> one_and_a_half;
kind(X) when length(X) =:= 1 -> list_of_one;
kind(X) when X bsr 90 =:= 1 -> big;
kind(X) when is_number(X), X > 1 -> number;
kind(_) -> other.
