%% Maps of thousands of keys: insert, find, update, remove.
-module(map_large).
-export([start/0]).

start() ->
    M = lists:foldl(fun(I, Acc) -> Acc#{I => I * I} end, #{}, lists:seq(1, 3000)),
    erlang:display(map_size(M)),
    erlang:display([maps:get(I, M) || I <- [1, 32, 33, 1000, 3000]]),
    erlang:display(maps:get(3001, M, none)),
    M2 = lists:foldl(fun(I, Acc) -> maps:remove(I, Acc) end, M, lists:seq(1, 3000, 2)),
    erlang:display(map_size(M2)),
    erlang:display(lists:sum(maps:values(M2))),
    M3 = maps:map(fun(_, V) -> V + 1 end, M2),
    erlang:display(maps:get(2, M3)),
    M4 = M3#{2 := replaced, 3000 := x},
    erlang:display([maps:get(2, M4), maps:get(3000, M4), maps:get(4, M4)]),
    erlang:display(M =:= maps:from_list([{I, I * I} || I <- lists:seq(3000, 1, -1)])),
    erlang:display(map_size(lists:foldl(fun maps:remove/2, M2, maps:keys(M2)))).
