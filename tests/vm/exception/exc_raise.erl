%% erlang:raise keeps class, reason and the given stack.
-module(exc_raise).
-export([start/0, id/1]).

start() ->
    Stack = [{some_module, some_function, 2, [{file, "x.erl"}, {line, 7}]}],
    [try erlang:raise(C, R, Stack) catch C2:R2:S -> erlang:display({C2, R2, hd(S)}) end ||
        {C, R} <- [{error, e}, {exit, x}, {throw, t}]],
    erlang:display(try again() catch error:first:S3 -> [F || {?MODULE, F, _, _} <- S3, F =:= origin] end),
    erlang:display(erlang:raise(id(bad_class), r, [])).

again() ->
    try origin() catch C:R:S -> erlang:raise(C, R, S) end.

origin() ->
    error(first),
    ok.

id(X) -> X.
