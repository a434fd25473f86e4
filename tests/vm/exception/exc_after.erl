%% after runs on every way out, and its value is dropped.
-module(exc_after).
-export([start/0]).

start() ->
    erlang:display(run(fun() -> ok end)),
    erlang:display(run(fun() -> throw(t) end)),
    erlang:display(try run2(fun() -> error(e) end) catch C:R -> {outer, C, R} end),
    erlang:display(try try error(first) after throw(second) end catch C2:R2 -> {C2, R2} end).

run(F) ->
    try F() catch throw:T -> {caught, T} after erlang:display(after_ran) end.

run2(F) ->
    try F() after erlang:display(after_ran_too) end.
