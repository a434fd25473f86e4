%% Closures keep their environment, and each evaluation makes its own.
-module(fun_closures).
-export([start/0, id/1]).

start() ->
    Adders = [fun(X) -> X + N end || N <- lists:seq(1, 5)],
    erlang:display([F(10) || F <- Adders]),
    Counter = counter(id(100)),
    erlang:display([Counter(1), Counter(2)]),
    Compose = fun(F, G) -> fun(X) -> G(F(X)) end end,
    erlang:display((Compose(hd(Adders), fun(X) -> X * X end))(6)),
    Many = many(1, 2, 3, 4, 5, 6),
    erlang:display(Many()).

counter(Base) -> fun(N) -> {Base, Base + N} end.

many(A, B, C, D, E, F) -> fun() -> [A, B, C, D, E, F] end.

id(X) -> X.
