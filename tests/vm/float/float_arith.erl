%% Float arithmetic, alone and mixed with integers.
-module(float_arith).
-export([start/0, id/1]).

start() ->
    show(id(1.5) + id(2.25)),
    show(id(1) + id(0.5)),
    show(id(0.1) + id(0.2)),
    show(id(10) / id(4)),
    show(id(10) / id(5)),
    show(id(3.0) * id(-2)),
    show(id(1) - id(0.9)),
    show(id(1 bsl 80) + id(1.0)),
    show(id(1 bsl 80) / id(1 bsl 79)).

show(F) ->
    erlang:display(float_to_list(F, [short])).

id(X) -> X.
