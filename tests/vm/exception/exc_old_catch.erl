%% The catch expression gives values, reasons and {'EXIT', ...}.
-module(exc_old_catch).
-export([start/0, id/1]).

start() ->
    erlang:display(catch id(5)),
    erlang:display(catch throw(thrown)),
    erlang:display(catch exit(left)),
    {'EXIT', {Reason, Stack}} = (catch error(failed)),
    erlang:display(Reason),
    erlang:display([{M, F, A} || {M, F, A, _} <- [hd(Stack)]]),
    X = (catch id(a) + 1),
    erlang:display(element(1, element(2, X))),
    erlang:display([catch throw(N) || N <- [1, 2]]).

id(X) -> X.
