%% Guard combinations with and, or, andalso, orelse, comma and semicolon.
-module(ctl_guards).
-export([start/0]).

start() ->
    erlang:display([g(X) || X <- [1, 5, 15, 25, a, {x}, [1], 1.0]]),
    erlang:display([h(A, B) || A <- [true, false, 1], B <- [true, false]]).

g(X) when is_integer(X), X > 10, X < 20 -> teen;
g(X) when is_integer(X) andalso (X =:= 1 orelse X =:= 25) -> special;
g(X) when is_atom(X); is_tuple(X), element(1, X) =:= x -> atomish;
g(X) when not is_list(X) -> not_list;
g(X) when hd(X) =:= 1 -> list_of_one;
g(_) -> none.

h(A, B) when A and B -> both;
h(A, B) when A or B -> either;
h(A, B) when A xor B -> never;
h(_, _) -> neither.
