%% Functions of lists not shown elsewhere.
-module(std_lists_rest).
-export([start/0]).

start() ->
    p(lists:rkeymerge(1, [{3, a}, {1, a}], [{2, b}])),
    p(lists:uniq([1, 2, 1, 3, 2])),
    p(lists:zipwith3(fun(A, B, C) -> A + B + C end, [1], [2], [3])),
    p(lists:usort(fun(A, B) -> A =< B end, [3, 1, 3])),
    p(lists:foldl(fun({K, V}, A) -> A + K * V end, 0, [{1, 2}, {3, 4}])),
    p(lists:nthtail(0, [a])),
    p(lists:sublist([1, 2, 3], 3, 5)).

p(X) -> io:format("~w~n", [X]).
