%% Integer segments of many sizes, signs and byte orders.
-module(bin_integers).
-export([start/0, id/1]).

start() ->
    V = id(16#0123456789ABCDEF),
    [erlang:display({S, <<V:S/big>>, <<V:S/little>>}) || S <- [1, 3, 8, 12, 16, 24, 31, 32, 33, 48, 64, 72, 100]],
    N = id(-2),
    [erlang:display({S, <<N:S/big>>, <<N:S/little>>}) || S <- [2, 7, 8, 15, 16, 40, 64, 80]],
    erlang:display(<<(id(1) bsl 100):128>>),
    erlang:display(<<(id(-(1 bsl 100))):128/little>>),
    erlang:display(<<V/native>> =:= <<V:8/little>>).

id(X) -> X.
