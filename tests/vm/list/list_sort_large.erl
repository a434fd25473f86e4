%% Sorting 3,000 pseudo-random integers.
-module(list_sort_large).
-export([start/0]).

start() ->
    L = random(3000, 12345, []),
    S = lists:sort(L),
    erlang:display(length(S)),
    erlang:display(lists:sublist(S, 5)),
    erlang:display(ascending(S)),
    erlang:display(lists:sum(S) =:= lists:sum(L)),
    erlang:display(length(lists:usort([X rem 1000 || X <- L]))).

random(0, _, Acc) -> Acc;
random(N, Seed, Acc) ->
    Next = (Seed * 1103515245 + 12345) band 16#7FFFFFFF,
    random(N - 1, Next, [Next | Acc]).

ascending([A, B | T]) when A =< B -> ascending([B | T]);
ascending([_]) -> true;
ascending(_) -> false.
