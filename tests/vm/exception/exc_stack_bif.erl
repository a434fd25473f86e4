%% A failing native is on top of the stack with its arguments.
-module(exc_stack_bif).
-export([start/0, id/1]).

start() ->
    erlang:display(top(fun() -> atom_to_list(id(1)) end)),
    erlang:display(top(fun() -> list_to_integer(id("x")) end)),
    erlang:display(top(fun() -> maps:get(b, id(#{a => 1})) end)),
    erlang:display(top(fun() -> lists:keyfind(a, id(0), []) end)),
    erlang:display(top(fun() -> binary:part(id(<<1>>), 0, 9) end)),
    erlang:display(top(fun() -> setelement(id(9), {a}, b) end)).

top(F) ->
    try F() catch error:R:Stack -> {M, N, A, _} = hd(Stack), {R, M, N, A} end.

id(X) -> X.
