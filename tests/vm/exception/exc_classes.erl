%% throw, error and exit are caught by class.
-module(exc_classes).
-export([start/0, id/1]).

start() ->
    [erlang:display(run(F)) || F <- [fun() -> throw(ball) end, fun() -> error(oops) end, fun() -> exit(bye) end,
                        fun() -> error({a, [b]}) end, fun() -> value end, fun() -> id(1) / id(0) end]].

run(F) ->
    try F() of
        V -> {returned, V}
    catch
        throw:T -> {thrown, T};
        error:E -> {error, E};
        exit:X -> {exit, X}
    end.

id(X) -> X.
