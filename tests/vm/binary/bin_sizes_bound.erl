%% Sizes that come from the data itself.
-module(bin_sizes_bound).
-export([start/0, id/1]).

start() ->
    erlang:display(parse(<<3, "abc", 2, "de", 0, 1, "f">>)),
    erlang:display(parse(<<5, "abc">>)),
    Size = id(5),
    <<A:Size, B:Size/unit:2, C/bits>> = id(<<16#ABCDEF:24>>),
    erlang:display({A, B, C}),
    <<Len:16, Body:Len/binary-unit:4, Rest/bits>> = id(<<3:16, 16#ABC:12, 9:4>>),
    erlang:display({Body, Rest}),
    erlang:display(<<1:Size/unit:3>>).

parse(<<Len, Text:Len/binary, Rest/binary>>) -> [Text | parse(Rest)];
parse(<<>>) -> [];
parse(Rest) -> {rest, Rest}.

id(X) -> X.
