%% Shifts left and right, by negative counts and beyond the word.
-module(arith_shift).
-export([start/0, id/1]).

start() ->
    [erlang:display({A, N, A bsl N, A bsr N}) || A <- [1, -1, 5, -5, 123456789], N <- [0, 1, 27, 31, 32, 59, 63, 64, 70]],
    erlang:display(id(1024) bsl -3),
    erlang:display(id(3) bsr -3),
    erlang:display(id(-1) bsr 1000),
    erlang:display(id(0) bsl 1000).

id(X) -> X.
