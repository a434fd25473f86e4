%% Matching with =: nested patterns, bound variables, failures.
-module(ctl_match).
-export([start/0, id/1]).

start() ->
    {A, [B, C | D]} = id({1, [2, 3, 4, 5]}),
    erlang:display({A, B, C, D}),
    X = Y = id(same),
    erlang:display({X, Y}),
    {Z, Z} = id({7, 7}),
    erlang:display(Z),
    erlang:display(try {W, W} = id({1, 2}) catch error:R -> R end),
    erlang:display(try [_] = id([]) catch error:R2 -> R2 end),
    "ab" ++ Rest = id("abcd"),
    erlang:display(Rest),
    {_, #{k := [V]}} = id({x, #{k => [v]}}),
    erlang:display(V).

id(X) -> X.
