%% lists natives called with wrong arguments raise badarg.
-module(bif_list_tuple_keys).
-export([start/0, id/1]).

start() ->
    [erlang:display(try F() catch error:R -> R end) || F <- [
        fun() -> lists:keyfind(a, id(0), [{a}]) end,
        fun() -> lists:keyfind(a, 1, id(x)) end,
        fun() -> lists:member(a, id([b | c])) end,
        fun() -> lists:reverse(id([a | b])) end,
        fun() -> lists:reverse(id(a), []) end,
        fun() -> lists:keymember(a, 1, id([{b} | c])) end]].

id(X) -> X.
