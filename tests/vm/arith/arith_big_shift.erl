%% Shifting large integers rounds towards minus infinity.
-module(arith_big_shift).
-export([start/0, id/1]).

start() ->
    A = id(123456789 bsl 100),
    [erlang:display({N, A bsr N, -A bsr N, A bsl N}) || N <- [1, 31, 32, 33, 63, 64, 65, 100, 126, 127, 128]],
    erlang:display((id(1) bsl 200) bsr 200),
    erlang:display((id(-1) bsl 200) bsr 201),
    erlang:display(-((id(1) bsl 64) + 1) bsr 64).

id(X) -> X.
