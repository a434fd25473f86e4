%% Reading integers back: signed, unsigned, little, big, unaligned.
-module(bin_match_integers).
-export([start/0, id/1]).

start() ->
    B = id(<<16#81, 16#02, 16#F3, 16#04, 16#85, 16#06, 16#F7, 16#08, 16#89>>),
    [erlang:display({S, read(B, S)}) || S <- [1, 4, 7, 8, 9, 16, 23, 32, 33, 60, 64, 65, 72]],
    <<_:3, U:13, L:17/little, Sg:11/signed, SL:20/little-signed, _/bits>> = B,
    erlang:display({U, L, Sg, SL}).

read(B, S) ->
    <<U:S, _/bits>> = B,
    <<L:S/little, _/bits>> = B,
    <<Sg:S/signed, _/bits>> = B,
    <<SL:S/little-signed, _/bits>> = B,
    {U, L, Sg, SL}.

id(X) -> X.
