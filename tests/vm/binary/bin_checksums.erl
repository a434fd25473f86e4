%% crc32, adler32 and their combination.
-module(bin_checksums).
-export([start/0]).

start() ->
    erlang:display(erlang:crc32(<<"123456789">>)),
    erlang:display(erlang:crc32(["1234", <<"56789">>])),
    erlang:display(erlang:crc32(erlang:crc32(<<"1234">>), <<"56789">>)),
    erlang:display(erlang:adler32(<<"Wikipedia">>)),
    erlang:display(erlang:adler32(<<>>)),
    erlang:display(erlang:crc32(<<>>)),
    erlang:display(erlang:crc32_combine(erlang:crc32(<<"abc">>), erlang:crc32(<<"def">>), 3) =:= erlang:crc32(<<"abcdef">>)).
