%% Large maps are equal whatever the order of insertion, and differ by one value.
-module(map_compare_large).
-export([start/0]).

start() ->
    L = [{integer_to_binary(I), I} || I <- lists:seq(1, 500)],
    A = maps:from_list(L),
    B = lists:foldr(fun({K, V}, M) -> maps:put(K, V, M) end, #{}, L),
    erlang:display(A =:= B),
    erlang:display(A == B#{<<"7">> := 7.0}),
    erlang:display(A =:= B#{<<"7">> := 7.0}),
    erlang:display(maps:remove(<<"1">>, A) < A),
    erlang:display(lists:sort(maps:keys(A)) =:= lists:sort([K || {K, _} <- L])).
