%% What is compressed can be inflated again: levels, strategies, frames, pieces, flushes, dictionaries.
-module(zlib_deflate).
-export([start/0]).

start() ->
    [round_trip(Name, Data) || {Name, Data} <- samples()],
    [parameters(Level, Bits, Strategy) || Level <- [none, best_speed, 2, 5, default, 7, best_compression], Bits <- [15, -15, 31, 9, -9],
                                          Strategy <- [default, filtered, huffman_only, rle]],
    flushes(),
    changed(),
    dictionaries(),
    reset(),
    in_pieces().

samples() ->
    [{empty, <<>>}, {byte, <<"a">>}, {text, text(200)}, {zeros, binary:copy(<<0>>, 100000)}, {noise, noise(70000)},
     {mixed, <<(long())/binary, (noise(40000))/binary, (long())/binary>>}].

text(Lines) -> iolist_to_binary([["line ", integer_to_list(N * N), " of the text\n"] || N <- lists:seq(1, Lines)]).

long() -> binary:copy(text(100), 30).

%% Nothing to find in it.
noise(Size) -> noise(Size, <<>>, <<>>).

noise(Size, Last, Bytes) when byte_size(Bytes) < Size ->
    Next = erlang:md5(Last),
    noise(Size, Next, <<Bytes/binary, Next/binary>>);
noise(_, _, Bytes) ->
    Bytes.

round_trip(Name, Data) ->
    erlang:display(
        {Name,
         [Data =:= Back(Packed) || {Packed, Back} <- [{zlib:compress(Data), fun zlib:uncompress/1}, {zlib:zip(Data), fun zlib:unzip/1},
                                                       {zlib:gzip(Data), fun zlib:gunzip/1}]],
         byte_size(zlib:compress(Data)) =< byte_size(Data) + 100}).

%% The first bytes say level and window.
parameters(Level, Bits, Strategy) ->
    Packed = deflate([Level, deflated, Bits, 8, Strategy], [{text(100), finish}]),
    Head = case Bits of
               -15 -> 0;
               -9 -> 0;
               31 -> 10;
               _ -> 2
           end,
    erlang:display({Level, Bits, Strategy, binary:part(Packed, 0, Head), inflate(Bits, Packed) =:= text(100)}).

deflate(Arguments, Steps) ->
    Z = zlib:open(),
    ok = apply(zlib, deflateInit, [Z | Arguments]),
    Packed = iolist_to_binary([zlib:deflate(Z, Data, Flush) || {Data, Flush} <- Steps]),
    ok = zlib:deflateEnd(Z),
    ok = zlib:close(Z),
    Packed.

inflate(Bits, Data) ->
    Z = zlib:open(),
    ok = zlib:inflateInit(Z, Bits),
    Back = iolist_to_binary(zlib:inflate(Z, Data)),
    ok = zlib:inflateEnd(Z),
    Back.

%% After a flush the other side has everything; without anything new there is nothing to flush.
flushes() ->
    Z = zlib:open(),
    Y = zlib:open(),
    ok = zlib:deflateInit(Z),
    ok = zlib:inflateInit(Y),
    [begin
         Packed = iolist_to_binary(zlib:deflate(Z, Data, Flush)),
         erlang:display({Flush, byte_size(Data), Packed =:= <<>>, iolist_to_binary(zlib:inflate(Y, Packed)) =:= Data})
     end || {Data, Flush} <- [{<<"abc">>, sync}, {<<>>, sync}, {text(50), sync}, {<<>>, sync}, {<<>>, full}, {text(50), full},
                              {<<>>, full}, {<<>>, sync}, {<<>>, none}, {<<"end">>, finish}, {<<>>, finish}]],
    erlang:display({zlib:deflateEnd(Z), zlib:inflateEnd(Y)}).

changed() ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z),
    Parts = [begin
                 ok = zlib:deflateParams(Z, Level, Strategy),
                 zlib:deflate(Z, text(40))
             end || {Level, Strategy} <- [{default, default}, {9, default}, {none, default}, {1, huffman_only}, {6, default}, {0, rle}]],
    End = zlib:deflate(Z, <<>>, finish),
    erlang:display(zlib:uncompress([Parts, End]) =:= binary:copy(text(40), 6)).

dictionaries() ->
    Dictionary = text(30),
    Z = zlib:open(),
    ok = zlib:deflateInit(Z),
    erlang:display(unsigned(zlib:deflateSetDictionary(Z, Dictionary))),
    Packed = iolist_to_binary(zlib:deflate(Z, text(35), finish)),
    erlang:display({binary:part(Packed, 0, 6), byte_size(Packed) < byte_size(zlib:compress(text(35)))}),
    Y = zlib:open(),
    ok = zlib:inflateInit(Y),
    {need_dictionary, Adler, []} = zlib:inflate(Y, Packed, [{exception_on_need_dict, false}]),
    erlang:display(unsigned(Adler) =:= erlang:adler32(Dictionary)),
    ok = zlib:inflateSetDictionary(Y, [Dictionary]),
    erlang:display(iolist_to_binary(zlib:inflate(Y, <<>>)) =:= text(35)),
    ok = zlib:inflateReset(Y),
    erlang:display(try zlib:inflate(Y, Packed) catch error:{need_dictionary, Again} -> unsigned(Again) end),
    ok = zlib:inflateSetDictionary(Y, Dictionary),
    erlang:display(iolist_to_binary(zlib:inflate(Y, [])) =:= text(35)),
    raw_dictionary(Dictionary).

%% OTP 25 gives the checksum as a C int.
unsigned(Adler) -> Adler band 16#FFFFFFFF.

raw_dictionary(Dictionary) ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z, default, deflated, -15, 8, default),
    erlang:display(unsigned(zlib:deflateSetDictionary(Z, Dictionary))),
    Packed = zlib:deflate(Z, text(35), finish),
    Y = zlib:open(),
    ok = zlib:inflateInit(Y, -15),
    ok = zlib:inflateSetDictionary(Y, Dictionary),
    erlang:display(iolist_to_binary(zlib:inflate(Y, Packed)) =:= text(35)).

reset() ->
    Z = zlib:open(),
    ok = zlib:deflateInit(Z),
    _ = zlib:deflate(Z, text(10)),
    ok = zlib:deflateReset(Z),
    First = iolist_to_binary(zlib:deflate(Z, text(20), finish)),
    ok = zlib:deflateReset(Z),
    Second = iolist_to_binary(zlib:deflate(Z, text(20), finish)),
    erlang:display({First =:= Second, zlib:uncompress(First) =:= text(20)}).

in_pieces() ->
    Data = <<(long())/binary, (noise(10000))/binary>>,
    [begin
         Packed = deflate([default], [{Piece, none} || Piece <- cut(Data, Size)] ++ [{<<>>, finish}]),
         erlang:display({Size, zlib:uncompress(Packed) =:= Data})
     end || Size <- [100, 4096, 65536]].

cut(Data, Size) when byte_size(Data) =< Size -> [Data];
cut(Data, Size) ->
    <<Piece:Size/binary, Rest/binary>> = Data,
    [Piece | cut(Rest, Size)].
