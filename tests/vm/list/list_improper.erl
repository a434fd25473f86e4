%% Improper lists and cons cells are ordinary terms.
-module(list_improper).
-export([start/0, id/1]).

start() ->
    L = id([a | b]),
    erlang:display(hd(L)),
    erlang:display(tl(L)),
    erlang:display(is_list(L)),
    erlang:display([1, 2 | id(c)]),
    erlang:display(try lists:reverse(L) catch error:R -> R end),
    erlang:display(try lists:map(fun(X) -> X end, L) catch error:R2 -> R2 end),
    erlang:display(L =:= [a | b]).

id(X) -> X.
