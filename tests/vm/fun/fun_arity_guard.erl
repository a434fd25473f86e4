%% is_function/2 in guards with constant and computed arity.
-module(fun_arity_guard).
-export([start/0]).

start() ->
    Funs = [fun() -> 0 end, fun(_) -> 1 end, fun lists:append/2, not_a_fun],
    erlang:display([kind(F) || F <- Funs]),
    erlang:display([[of_arity(F, N) || N <- [0, 1, 2]] || F <- Funs]).

kind(F) when is_function(F, 0) -> none;
kind(F) when is_function(F, 1) -> one;
kind(F) when is_function(F) -> other;
kind(_) -> no_fun.

of_arity(F, N) when is_function(F, N) -> true;
of_arity(_, _) -> false.
