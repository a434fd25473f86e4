%% A binary tree of tuples survives while garbage is made beside it.
-module(gc_tuples_tree).
-export([start/0]).

start() ->
    T = tree(10),
    erlang:display(check(T)),
    churn(200),
    erlang:display(check(T)),
    erlang:display(check(mirror(T))).

tree(0) -> {leaf, 1};
tree(N) -> {node, tree(N - 1), N, tree(N - 1)}.

check({leaf, V}) -> V;
check({node, L, V, R}) -> check(L) + V + check(R).

mirror({node, L, V, R}) -> {node, mirror(R), V, mirror(L)};
mirror(Leaf) -> Leaf.

churn(0) -> ok;
churn(N) ->
    _ = lists:reverse(lists:seq(1, 100)),
    churn(N - 1).
