%% Named funs call themselves.
-module(fun_recursive).
-export([start/0, id/1]).

start() ->
    Fact = fun F(0) -> 1; F(N) -> N * F(N - 1) end,
    erlang:display(Fact(id(20))),
    Fib = fun F(N) when N < 2 -> N; F(N) -> F(N - 1) + F(N - 2) end,
    erlang:display(Fib(id(15))),
    Loop = fun L(0, Acc) -> Acc; L(N, Acc) -> L(N - 1, Acc + N) end,
    erlang:display(Loop(10000, 0)).

id(X) -> X.
