%% Arithmetic on what is not a number, and division by zero, is badarith.
-module(arith_badarith).
-export([start/0, id/1]).

start() ->
    [erlang:display(catch_error(F)) || F <- [
        fun() -> id(1) + id(a) end,
        fun() -> id(a) - 1 end,
        fun() -> id("x") * 2 end,
        fun() -> id(1) div id(0) end,
        fun() -> id(1) rem id(0) end,
        fun() -> id(1 bsl 80) div id(0) end,
        fun() -> id(1) / id(0) end,
        fun() -> id(1.0) / id(0.0) end,
        fun() -> id(1.5) div 1 end,
        fun() -> id(1.5) band 1 end,
        fun() -> bnot id(1.5) end,
        fun() -> id(1) bsl id(a) end,
        fun() -> -id({}) end,
        fun() -> 1.0e308 * id(10.0) end]].

catch_error(F) ->
    try F() catch error:R -> R end.

id(X) -> X.
