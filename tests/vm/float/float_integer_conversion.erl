%% float/1 and overflow of integers that no float can hold.
-module(float_integer_conversion).
-export([start/0, id/1]).

start() ->
    show(float(id(3))),
    show(float(id(-(1 bsl 70)))),
    show(float(id(9007199254740993))),
    show(float(id(1.25))),
    erlang:display(try float(id(1 bsl 1024)) catch error:R -> R end),
    erlang:display(try id(1 bsl 1024) + 1.0 catch error:R2 -> R2 end),
    erlang:display(try float(id(a)) catch error:R3 -> R3 end).

show(F) ->
    erlang:display(float_to_list(F, [short])).

id(X) -> X.
