%% Large integers inside containers compare by value.
-module(compare_bignums_in_terms).
-export([start/0, id/1]).

start() ->
    A = {id(1 bsl 65), [id(1 bsl 66)]},
    B = {id(1) bsl 65, [id(1) bsl 66]},
    erlang:display([A == B, A =:= B, A < B, {1 bsl 65} < id({1 bsl 66})]),
    erlang:display(lists:keyfind(1 bsl 65, 1, [{1, a}, B])).

id(X) -> X.
