%% Ten thousand objects in, half of them out, and a fold.
-module(ets_large).
-export([start/0]).

%% Not on the hostile build: collecting beside 10,000 objects at every allocation takes too long.
start() ->
    T = ets:new(t, [set]),
    [ets:insert(T, {I, I * I, <<I:32>>}) || I <- lists:seq(1, 10000)],
    erlang:display(ets:info(T, size)),
    [ets:delete(T, I) || I <- lists:seq(1, 10000, 2)],
    erlang:display(ets:info(T, size)),
    erlang:display(ets:foldl(fun({_, Q, _}, A) -> A + Q end, 0, T)),
    erlang:display(ets:lookup(T, 5000)),
    erlang:display(ets:lookup(T, 5001)).
