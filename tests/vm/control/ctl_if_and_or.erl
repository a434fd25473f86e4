%% if, boolean operators, short circuit, and their errors.
-module(ctl_if_and_or).
-export([start/0, id/1]).

start() ->
    [erlang:display(sign(X)) || X <- [-5, 0, 5]],
    erlang:display([id(true) and id(false), id(true) or id(false), id(true) xor id(true), not id(false)]),
    erlang:display(id(false) andalso exit(never)),
    erlang:display(id(true) orelse exit(never)),
    erlang:display(id(true) andalso not_boolean),
    erlang:display(try id(1) and true catch error:R -> R end),
    erlang:display(try not id(1) catch error:R2 -> R2 end),
    erlang:display(try id(1) andalso true catch error:R3 -> R3 end),
    X1 = id(1),
    erlang:display(try (if X1 > 2 -> a end) catch error:R4 -> R4 end).

sign(X) ->
    if X > 0 -> positive; X < 0 -> negative; true -> zero end.

id(X) -> X.
