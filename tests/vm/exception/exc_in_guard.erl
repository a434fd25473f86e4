%% A failing expression in a guard only fails the guard.
-module(exc_in_guard).
-export([start/0]).

start() ->
    [erlang:display(f(X)) || X <- [{}, {1}, [], [a], #{}, 5, <<>>]].

f(X) when element(1, X) =:= 1 -> tuple;
f(X) when hd(X) =:= a -> list;
f(X) when map_get(k, X) =:= v -> map;
f(X) when byte_size(X) > 3 -> long;
f(X) when X / 0 > 1 -> never;
f(X) when length(X) >= 0 -> list_at_all;
f(_) -> other.
