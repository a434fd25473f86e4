%% badkey and badmap carry what was asked for.
-module(map_errors).
-export([start/0, id/1]).

start() ->
    M = id(#{a => 1}),
    [erlang:display(try F() catch error:R -> R end) || F <- [
        fun() -> maps:get(b, M) end,
        fun() -> maps:get(b, id(x)) end,
        fun() -> maps:update(b, 1, M) end,
        fun() -> M#{b := 1} end,
        fun() -> M#{42.0 := 1, 42 := 2} end,
        fun() -> M#{"b" := 1, {c} := 2, 7 := 3, a := 4, <<"d">> := 5} end,
        fun() -> (large())#{142.0 := 1, 142 := 2, 43.0 := 3} end,
        fun() -> (id(5))#{b := 1} end,
        fun() -> map_size(id([])) end,
        fun() -> maps:put(a, 1, id({})) end,
        fun() -> maps:keys(id(3)) end,
        fun() -> maps:from_list(id([a])) end,
        fun() -> maps:merge(M, id(q)) end]].

large() -> maps:from_list([{N, N} || N <- lists:seq(1, 100)]).

id(X) -> X.
