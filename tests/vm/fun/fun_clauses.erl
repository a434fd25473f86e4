%% A fun with several clauses, guards, and shadowed variables.
-module(fun_clauses).
-export([start/0, id/1]).

start() ->
    F = fun ({ok, V}) when V > 10 -> {big, V};
            ({ok, V}) -> {small, V};
            ({error, _} = E) -> E;
            (_) -> unknown
        end,
    erlang:display([F(X) || X <- id([{ok, 11}, {ok, 1}, {error, e}, 7])]),
    erlang:display(try (fun(a) -> ok end)(id(b)) catch error:R -> R end),
    X = id(1),
    G = fun(Y) -> case Y of X -> same; _ -> different end end,
    erlang:display([G(1), G(2)]).

id(X) -> X.
