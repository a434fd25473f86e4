%% The stack trace names functions and arities from the inside out.
-module(exc_stack_functions).
-export([start/0, id/1]).

-export([inner/1, middle/1, outer/1]).

start() ->
    try outer(id(1)) catch error:bang:Stack -> erlang:display([{M, F, A} || {M, F, A, _} <- Stack, M =:= ?MODULE]) end.

outer(X) ->
    R = middle(X + 1),
    {outer, R}.

middle(X) ->
    R = inner(X + 1),
    [R].

inner(X) ->
    R = boom(X),
    R + 1.

boom(X) when X > 100 -> X;
boom(_) -> error(bang).

id(X) -> X.
