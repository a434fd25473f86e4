%% Tuples and lists of many registers at once.
-module(ctl_put_tuple_many).
-export([start/0, id/1]).

start() ->
    erlang:display(build(1, 2, 3, 4, 5, 6, 7, 8)),
    erlang:display(nested(id(a), id(b))).

build(A, B, C, D, E, F, G, H) ->
    L = [A, B, C, D | {E, F, G, H}],
    {H, G, {F, E, [D, C]}, [B | A], L}.

nested(A, B) ->
    X = {A, {B, {A, {B, [A, [B]]}}}},
    Y = id(X),
    {X =:= Y, Y}.

id(X) -> X.
