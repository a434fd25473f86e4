%% Streams with bits flipped, bytes lost or added, and noise: the same answer or the same error as zlib's, never anything else.
-module(zlib_damaged).
-export([start/0]).

start() ->
    Streams = [{15, zlib_made(best)}, {-15, zlib_made(fast)}, {-15, zlib_made(fixed)}, {31, zlib_made(gzip)}],
    {Results, _} = lists:mapfoldl(fun(N, Seed) -> case_number(N, Seed, Streams) end, 1, lists:seq(1, 600)),
    [erlang:display(Result) || Result <- Results].

case_number(N, Seed0, Streams) ->
    {Choice, Seed1} = random(4, Seed0),
    {Bits, Data} = lists:nth(Choice + 1, Streams),
    {Damaged, Seed2} = damage(N rem 5, Data, Seed1),
    {{N, Bits, outcome(Bits, Damaged)}, Seed2}.

damage(0, Data, Seed) ->
    {At, Next} = random(bit_size(Data), Seed),
    <<Before:At, Bit:1, After/bitstring>> = Data,
    {<<Before:At, (1 - Bit):1, After/bitstring>>, Next};
damage(1, Data, Seed) ->
    {Size, Next} = random(byte_size(Data), Seed),
    {binary:part(Data, 0, Size), Next};
damage(2, Data, Seed) ->
    {At, Seed1} = random(byte_size(Data), Seed),
    {Byte, Next} = random(256, Seed1),
    <<Before:At/binary, After/binary>> = Data,
    {<<Before/binary, Byte, After/binary>>, Next};
damage(3, Data, Seed) ->
    {Once, Seed1} = damage(0, Data, Seed),
    damage(0, Once, Seed1);
damage(4, _, Seed) ->
    {Bytes, Next} = lists:mapfoldl(fun(_, S) -> random(256, S) end, Seed, lists:seq(1, 40)),
    {list_to_binary(Bytes), Next}.

random(Below, Seed) ->
    Next = (Seed * 1103515245 + 12345) band 16#7FFFFFFF,
    {(Next bsr 12) rem Below, Next}.

outcome(Bits, Data) ->
    Z = zlib:open(),
    ok = zlib:inflateInit(Z, Bits),
    try
        Inflated = iolist_to_binary(zlib:inflate(Z, Data)),
        ok = zlib:inflateEnd(Z),
        {byte_size(Inflated), erlang:phash2(Inflated)}
    catch
        error:Reason -> Reason
    after
        zlib:close(Z)
    end.

%% Of a short text, by zlib 1.2.13.
zlib_made(best) ->
    binary:decode_hex(list_to_binary(
        "78DA3DCFB10DC3300C04C0553C408A88B24469A0142ED2657F24017CEC081CFE5FBA3EAFF7D1F3715CFF23CFFB68CFFB38D1428106DAA8"
        "A389BA1A92A4A181160A34D1AE3E943565812CD2D0401B059ABD3ECC3ACB8A9920AB5268A08D024D14064892864EB42A8406DAA8A359AF"
        "5043923434D0428126DA3FFA0202EF9632"));
zlib_made(fast) ->
    binary:decode_hex(list_to_binary(
        "35CEBB0DC3500C03C0553C408A48F2FB68A0142ED2657F24017C1D8103485E9FD7FBA8F538AE7F58E71DE27987136D9468A04685262A35"
        "649140036D9468A24685169A16C82681066A9468A278B2628BB509B249A0811A259A28EF9A228B043AD14689066A5468A2E1285924D040"
        "1B259AA87FF405"));
zlib_made(fixed) ->
    binary:decode_hex(list_to_binary(
        "4B4C4A4E84A114100600"));
zlib_made(gzip) ->
    binary:decode_hex(list_to_binary(
        "1F8B08000000000000033DCFB10DC3300C04C0553C408A88B24469A0142ED2657F24017CEC081CFE5FBA3EAFF7D1F3715CFF23CFFB68CF"
        "FB38D1428106DAA8A389BA1A92A4A181160A34D1AE3E943565812CD2D0401B059ABD3ECC3ACB8A9920AB5268A08D024D14064892864EB4"
        "2A8406DAA8A359AF5043923434D0428126DA3FFA02983EBC8518020000")).
