%% Key pairs and agreement on curves: public keys of known private ones, both sides of an agreement, RFC 7748 and 8032.
-module(crypto_keys).
-export([start/0]).

start() ->
    [pair(Curve) || Curve <- [secp256r1, prime256v1, secp384r1, secp256k1]],
    [fresh(ecdh, Curve) || Curve <- [secp256r1, secp384r1, secp256k1, x25519]],
    fresh(eddsa, ed25519),
    [raw(Type, Curve) || {Type, Curve} <- [{ecdh, x25519}, {eddh, x25519}, {eddsa, ed25519}]],
    x25519(),
    compressed().

pair(Curve) ->
    Order = order(Curve),
    [begin
         {Public, Private} = crypto:generate_key(ecdh, Curve, Secret),
         erlang:display({Curve, hex(Public), hex(Private)})
     end || Secret <- [1, 2, 3, 255, 1 bsl 200, Order - 1, <<5>>, <<0:64, 5>>]],
    {A, MyA} = crypto:generate_key(ecdh, Curve, 16#1234567890ABCDEF),
    {B, MyB} = crypto:generate_key(ecdh, Curve, Order - 12345),
    Shared = crypto:compute_key(ecdh, A, MyB, Curve),
    erlang:display({Curve, hex(Shared), Shared =:= crypto:compute_key(ecdh, B, MyA, Curve)}).

order(secp384r1) -> 16#FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973;
order(secp256k1) -> 16#FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
order(_) -> 16#FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551.

fresh(Type, Curve) ->
    {Public, Private} = crypto:generate_key(Type, Curve),
    {Public, Private} = crypto:generate_key(Type, Curve, Private),
    {Other, _} = crypto:generate_key(Type, Curve),
    erlang:display({Curve, byte_size(Public), byte_size(Private), Public =/= Other}).

raw(Type, Curve) ->
    [begin
         {Public, Private} = crypto:generate_key(Type, Curve, Secret),
         erlang:display({Type, Curve, hex(Public), hex(Private)})
     end || Secret <- [<<0:256>>, <<1:256>>, <<-1:256>>, bytes(32)]].

x25519() ->
    Alice = binary:decode_hex(<<"77076D0A7318A57D3C16C17251B26645DF4C2F92EBC099E0">>),
    Bob = bytes(32),
    {AlicePublic, AlicePrivate} = crypto:generate_key(ecdh, x25519, <<Alice/binary, 0:64>>),
    {BobPublic, BobPrivate} = crypto:generate_key(eddh, x25519, Bob),
    erlang:display(hex(crypto:compute_key(ecdh, BobPublic, AlicePrivate, x25519))),
    erlang:display(hex(crypto:compute_key(eddh, AlicePublic, BobPrivate, x25519))).

compressed() ->
    {<<4, X:32/binary, Y:32/binary>>, _} = crypto:generate_key(ecdh, secp256r1, 7),
    Sign = 2 + (binary:last(Y) band 1),
    erlang:display(hex(crypto:compute_key(ecdh, <<Sign, X/binary>>, 9, secp256r1))).

bytes(Size) -> << <<(N * 7 + N div 256)>> || N <- lists:seq(1, Size) >>.

hex(Bytes) -> binary:encode_hex(Bytes).
