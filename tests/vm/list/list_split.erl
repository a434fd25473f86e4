%% split, splitwith, takewhile, dropwhile, partition, sublist, nth and nthtail.
-module(list_split).
-export([start/0, id/1]).

start() ->
    L = id([1, 2, 3, 4, 5, 6]),
    erlang:display(lists:split(2, L)),
    erlang:display(lists:splitwith(fun(X) -> X < 4 end, L)),
    erlang:display(lists:takewhile(fun(X) -> X < 3 end, L)),
    erlang:display(lists:dropwhile(fun(X) -> X < 3 end, L)),
    erlang:display(lists:partition(fun(X) -> X rem 2 =:= 0 end, L)),
    erlang:display(lists:sublist(L, 3)),
    erlang:display(lists:sublist(L, 2, 3)),
    erlang:display(lists:nth(4, L)),
    erlang:display(lists:nthtail(4, L)),
    erlang:display(try lists:nth(7, L) catch error:R -> R end),
    erlang:display(try lists:split(9, L) catch error:R2 -> R2 end),
    erlang:display(lists:search(fun(X) -> X > 4 end, L)).

id(X) -> X.
