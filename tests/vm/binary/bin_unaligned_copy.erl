%% Concatenating and comparing slices at every bit offset.
-module(bin_unaligned_copy).
-export([start/0, id/1]).

start() ->
    B = id(<<16#A5, 16#5A, 16#C3, 16#3C, 16#99>>),
    [erlang:display(slice(B, O)) || O <- lists:seq(0, 8)],
    erlang:display(lists:usort([slice(<<0:O, B/bits, 0:O>>, O) || O <- lists:seq(0, 15)])).

slice(B, O) ->
    <<_:O, S:32/bits, _/bits>> = B,
    S.

id(X) -> X.
