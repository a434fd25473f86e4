%% reverse, member, delete and last.
-module(list_reverse_member).
-export([start/0, id/1]).

start() ->
    erlang:display(lists:reverse(id([1, 2, 3]))),
    erlang:display(lists:reverse([1, 2], tail)),
    erlang:display(lists:reverse([a], [b, c])),
    erlang:display([lists:member(2, [1, 2]), lists:member(2.0, [1, 2]), lists:member(x, [])]),
    erlang:display(lists:delete(b, [a, b, c, b])),
    erlang:display(lists:last([1, 2, 3])),
    erlang:display(lists:droplast([1, 2, 3])),
    erlang:display(lists:reverse(lists:seq(1, 20))).

id(X) -> X.
