%% keyfind, keysort, keyreplace and their family.
-module(list_keys).
-export([start/0, id/1]).

start() ->
    L = id([{b, 2}, {a, 1}, {c, 3}, {a, 9}]),
    erlang:display(lists:keyfind(a, 1, L)),
    erlang:display(lists:keyfind(3, 2, L)),
    erlang:display(lists:keyfind(z, 1, L)),
    erlang:display(lists:keymember(c, 1, L)),
    erlang:display(lists:keysearch(b, 1, L)),
    erlang:display(lists:keysort(1, L)),
    erlang:display(lists:keysort(2, L)),
    erlang:display(lists:ukeysort(1, L)),
    erlang:display(lists:keydelete(a, 1, L)),
    erlang:display(lists:keyreplace(a, 1, L, {a, new})),
    erlang:display(lists:keystore(z, 1, L, {z, 26})),
    erlang:display(lists:keytake(c, 1, L)),
    erlang:display(lists:keymap(fun(X) -> X * 10 end, 2, L)),
    erlang:display(lists:keymerge(1, [{1, a}, {3, a}], [{2, b}, {3, b}])),
    erlang:display(lists:keyfind(1, 1, [x, {1.0, float}, {}, {1, int}])).

id(X) -> X.
