%% A clause that rethrows keeps the original stack; raise of a built reason too.
-module(exc_raw_raise).
-export([start/0]).

start() ->
    try relay() catch throw:R:S -> erlang:display({R, [F || {?MODULE, F, _, _} <- S, F =/= start]}) end.

relay() ->
    try
        deep(3)
    catch
        throw:{other, _} -> never;
        C:R:S when C =:= throw, R =/= none -> erlang:raise(C, {wrapped, R}, S)
    end.

deep(0) -> throw(bottom);
deep(N) -> [deep(N - 1)].
