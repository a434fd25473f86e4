%% Appending in a loop grows one binary, and earlier versions keep their bytes.
-module(bin_append_loop).
-export([start/0]).

start() ->
    B = loop(1000, <<>>),
    erlang:display(byte_size(B)),
    erlang:display(binary:part(B, 0, 10)),
    erlang:display(binary:last(B)),
    X = <<B/binary, 1>>,
    Y = <<B/binary, 2>>,
    erlang:display([binary:last(X), binary:last(Y), byte_size(B)]),
    erlang:display(erlang:phash2(B) =:= erlang:phash2(loop(1000, <<>>))),
    erlang:display(bit_size(bits(100, <<>>))).

loop(0, Acc) -> Acc;
loop(N, Acc) -> loop(N - 1, <<Acc/binary, N, (N div 2)>>).

bits(0, Acc) -> Acc;
bits(N, Acc) -> bits(N - 1, <<Acc/bits, N:3>>).
