%% Chained setelement calls leave the original alone.
-module(term_tuple_update).
-export([start/0, id/1]).

-record(point, {x = 0, y = 0, z = 0, name = none}).

start() ->
    P = id(#point{x = 1}),
    Q = P#point{y = 2, z = 3, name = q},
    erlang:display(P),
    erlang:display(Q),
    erlang:display(Q#point.name),
    erlang:display(is_record(Q, point)),
    erlang:display(move(Q)),
    erlang:display(try (id({other}))#point.x catch error:R -> R end).

move(#point{x = X, y = Y} = P) when X < Y -> P#point{x = Y, y = X};
move(P) -> P.

id(X) -> X.
