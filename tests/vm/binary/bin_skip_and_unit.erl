%% Skipping bits, units and the rest of a binary.
-module(bin_skip_and_unit).
-export([start/0, id/1]).

start() ->
    B = id(<<1, 2, 3, 4, 5, 6, 7, 8>>),
    <<_:2/binary, A:2/unit:8, _:4, C:12, R/binary-unit:16>> = B,
    erlang:display({A, C, R}),
    erlang:display(case B of <<_:1, T/binary-unit:16>> -> T; _ -> unit_does_not_divide end),
    erlang:display(case B of <<_, T2/binary-unit:16>> -> T2; <<_, T3/binary-unit:8>> -> T3 end),
    <<X:3/integer-unit:4, _/bits>> = B,
    erlang:display(X).

id(X) -> X.
