%% Funs inside tuples, lists and maps keep working after collections.
-module(fun_in_data).
-export([start/0]).

start() ->
    Ops = #{add => fun(A, B) -> A + B end, sub => fun(A, B) -> A - B end, mul => fun erlang:'*'/2},
    Funs = [{N, fun(X) -> X * N end} || N <- lists:seq(1, 200)],
    _ = lists:seq(1, 20000),
    erlang:display([(maps:get(Op, Ops))(6, 7) || Op <- [add, sub, mul]]),
    erlang:display(lists:sum([F(1) || {_, F} <- Funs])),
    {_, Last} = lists:last(Funs),
    erlang:display(Last(5)).
