%% Reasons of the language's own errors.
-module(exc_badmatch_etc).
-export([start/0, id/1]).

start() ->
    [erlang:display(reason(F)) || F <- [
        fun() -> {ok, _} = id(error) end,
        fun() -> case id(7) of 8 -> x end end,
        fun() -> X = id(1), if X > 2 -> y end end,
        fun() -> only_a(id(b)) end,
        fun() -> try id(1) of 2 -> ok catch _:_ -> no end end,
        fun() -> (id(x))() end,
        fun() -> (id(nomod)):f() end,
        fun() -> lists:nosuch(id(1)) end,
        fun() -> erlang:error(custom, [args]) end,
        fun() -> atom_to_list(id(1)) end,
        fun() -> tuple_size(id([])) end,
        fun() -> element(id(1), id({})) end,
        fun() -> length(id([a | b])) end,
        fun() -> list_to_atom(id([a])) end,
        fun() -> exit(id(normal)) end]].

only_a(a) -> ok.

reason(F) ->
    try F() catch C:R -> {C, R} end.

id(X) -> X.
