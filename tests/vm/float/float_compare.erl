%% Floats against floats and integers, by value and exactly.
-module(float_compare).
-export([start/0, id/1]).

start() ->
    erlang:display([1.0 == id(1), 1.0 =:= id(1), 1.5 > id(1), id(2) > 1.5, 0.0 == -id(0.0)]),
    erlang:display([id(9007199254740993) == 9007199254740992.0, id(9007199254740993) > 9007199254740992.0]),
    erlang:display([id(1 bsl 100) == 1.2676506002282294e30, id(1 bsl 2000) > 1.0e308, id(-(1 bsl 2000)) < -1.0e308]),
    erlang:display([id(1.0e20) =< 100000000000000000000, id(1.0e20) < 100000000000000000001]),
    erlang:display(lists:sort([3.5, 2, 1.0, 1, -1.5, 2.0, 0]) == [-1.5, 0, 1.0, 1, 2, 2.0, 3.5]).

id(X) -> X.
