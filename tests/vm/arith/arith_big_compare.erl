%% Large integers compare by value and match exactly.
-module(arith_big_compare).
-export([start/0, id/1]).

start() ->
    A = id(1 bsl 70),
    B = id((1 bsl 70) + 1),
    erlang:display([A < B, A > B, A =< A, A == B, A =:= (B - 1), -A < -B, -B < -A]),
    erlang:display([A > 5, -A < 5, 5 < A, A =/= 5]),
    erlang:display(match(B - 1)),
    erlang:display(match(B)),
    erlang:display(lists:max([A, 3, B, -B])).

match(1180591620717411303424) -> two_to_the_70;
match(_) -> other.

id(X) -> X.
