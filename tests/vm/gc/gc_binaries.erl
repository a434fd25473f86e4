%% Large and small binaries shared between terms and parts.
-module(gc_binaries).
-export([start/0]).

start() ->
    Bins = [binary:copy(<<N>>, N) || N <- lists:seq(1, 150)],
    Parts = [binary:part(B, 0, byte_size(B) div 2) || B <- Bins],
    _ = [binary:copy(<<"x">>, 1000) || _ <- lists:seq(1, 50)],
    erlang:display(lists:sum([byte_size(B) || B <- Bins])),
    erlang:display(lists:sum([byte_size(B) || B <- Parts])),
    erlang:display(erlang:crc32(Bins)),
    erlang:display(erlang:crc32(Parts)),
    erlang:display(lists:nth(10, Parts)).
