%% Updating a large map leaves earlier versions untouched.
-module(map_persistence).
-export([start/0]).

start() ->
    M0 = maps:from_list([{I, 0} || I <- lists:seq(1, 200)]),
    Versions = lists:foldl(fun(I, [M | _] = Acc) -> [M#{I := I} | Acc] end, [M0], lists:seq(1, 200)),
    Sums = [lists:sum(maps:values(M)) || M <- Versions],
    erlang:display(lists:sublist(Sums, 5)),
    erlang:display(lists:last(Sums)),
    erlang:display(length(lists:usort(Sums))).
