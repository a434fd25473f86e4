%% Calling what is not a fun, or with the wrong number of arguments.
-module(fun_errors).
-export([start/0, id/1]).

start() ->
    F = id(fun(X) -> X end),
    erlang:display(try (id(not_a_fun))(1) catch error:{badfun, T} -> {badfun, T} end),
    erlang:display(try F(1, 2) catch error:{badarity, {_, Args}} -> {badarity, Args} end),
    erlang:display(try (id(fun nowhere:nothing/0))() catch error:R -> R end),
    erlang:display(try apply(id(lists), id(no_such), [1]) catch error:R2 -> R2 end),
    erlang:display(try (id(5)):foo() catch error:R3 -> R3 end),
    erlang:display(try apply(F, id([1, 2])) catch error:{badarity, _} -> badarity end),
    erlang:display(try apply(F, id(x)) catch error:R4 -> R4 end).

id(X) -> X.
