%% Fields of more bits than a word or 64 bits can count: they fail to match, and the module loads all the same.
-module(bits_huge).
-export([start/0]).

start() ->
    Parts = [<<>>, <<42>>, <<42, 0:4097>>, <<42, 0:65536>>],
    [erlang:display([matched(Match, Bits) || Bits <- Parts]) || Match <- matches()].

matched(Match, Bits) ->
    try Match(Bits) catch error:Reason -> Reason end.

matches() ->
    [fun(<<B, _:4097>>) -> B end,
     fun(<<B, _:16#8000_0000>>) -> B end,
     fun(<<B, _:16#1_0000_0000>>) -> B end,
     fun(<<B, _:16#1_0000_1001>>) -> B end,
     fun(<<B, _:16#8000_0000_0000_0000>>) -> B end,
     fun(<<B, _:16#1_0000_0000_0000_0000>>) -> B end,
     fun(<<B, _:16#1_0000_0000_0000_1001>>) -> B end,
     fun(<<B, _:16#1_0000_0000_0000_0000, _/bits>>) -> B end,
     fun(<<B, _:16#1_0000_0000/unit:8, _/binary>>) -> B end,
     fun(<<B, _:16#1_0000_0000/unit:256, C>>) -> {B, C} end,
     fun(<<B, N:16#8000_0000>>) -> {B, N} end,
     fun(<<B, N:16#1_0000_0000>>) -> {B, N} end,
     fun(<<B, N:16#1_0000_0000/unit:256, C>>) -> {B, C, N} end,
     fun(<<B, N:16#1_0000_0000_0000_0000, C>>) -> {B, C, N} end,
     fun(<<B, N:16#8000_0000/binary>>) -> {B, N} end,
     fun(<<B, N:16#1_0000_0000_0000_0000/binary, _/bits>>) -> {B, N} end,
     fun(<<1:16#1_0000_0000, _/bits>>) -> constant end].
