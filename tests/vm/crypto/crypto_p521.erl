%% secp521r1: keys, agreement, ECDSA; of signatures in DER those are that are longer than a length of one byte can say.
-module(crypto_p521).
-export([start/0]).

-include_lib("public_key/include/public_key.hrl").

-define(ORDER, 16#01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409).

start() ->
    [pair(Secret) || Secret <- [1, 2, 16, ?ORDER - 1, <<0:512, 5>>, binary:copy(<<16#FF>>, 66), vector_secret()]],
    fresh_pair(),
    agreement(),
    vectors(),
    [signed(Hash) || Hash <- [sha, sha512]],
    damaged(),
    secrets(),
    records(),
    erlang:display([Curve || Curve <- crypto:supports(curves), Curve =:= secp521r1]).

pair(Secret) ->
    {Public, Private} = crypto:generate_key(ecdh, secp521r1, Secret),
    erlang:display({hex(Public), hex(Private)}).

fresh_pair() ->
    {Public, Private} = crypto:generate_key(ecdh, secp521r1),
    {Other, _} = crypto:generate_key(ecdh, secp521r1),
    erlang:display({byte_size(Public), byte_size(Private), Public =/= Other, {Public, Private} =:= crypto:generate_key(ecdh, secp521r1, Private)}).

agreement() ->
    {<<4, X:66/binary, Y:66/binary>> = A, MyA} = crypto:generate_key(ecdh, secp521r1, 16#1234567890ABCDEF),
    {B, MyB} = crypto:generate_key(ecdh, secp521r1, ?ORDER - 12345),
    Shared = crypto:compute_key(ecdh, A, MyB, secp521r1),
    erlang:display({hex(Shared), Shared =:= crypto:compute_key(ecdh, B, MyA, secp521r1)}),
    Sign = 2 + (binary:last(Y) band 1),
    Points = [<<Sign, X/binary>>, <<(Sign bxor 1), X/binary>>, <<2, 1:528>>, <<2, -1:528>>, <<4, X/binary, X/binary>>, <<4, X/binary, Y/binary, 0>>, <<>>],
    [show(agreed, fun() -> crypto:compute_key(ecdh, Point, MyB, secp521r1) =:= Shared end) || Point <- Points],
    Defined = crypto_ec_curves:curve(secp521r1),
    erlang:display(crypto:compute_key(ecdh, A, MyB, Defined) =:= Shared).

%% RFC 6979, A.2.7.
vector_secret() -> 16#0FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B83538.

vectors() ->
    {Public, _} = crypto:generate_key(ecdh, secp521r1, vector_secret()),
    R = 16#0C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA,
    S = 16#0617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A,
    [erlang:display({vector, Message, crypto:verify(ecdsa, sha512, Message, der(R, S), [Public, secp521r1])}) || Message <- [<<"sample">>, <<"test">>]],
    [erlang:display(crypto:verify(ecdsa, sha512, <<"sample">>, der(A, B), [Public, secp521r1])) || {A, B} <- [{R, ?ORDER - S}, {R + ?ORDER, S}, {0, S}, {R, 0}, {R, ?ORDER}]].

signed(Hash) ->
    {Public, Private} = crypto:generate_key(ecdh, secp521r1, 16#ABCDEF0123456789),
    {Other, _} = crypto:generate_key(ecdh, secp521r1, 3),
    One = crypto:sign(ecdsa, Hash, <<"message">>, [Private, secp521r1]),
    Two = crypto:sign(ecdsa, Hash, {digest, crypto:hash(Hash, "message")}, [Private, secp521r1]),
    erlang:display(
        {Hash, One =/= Two,
         [crypto:verify(ecdsa, Hash, Message, S, [Key, secp521r1])
          || {Message, S, Key} <- [{<<"message">>, One, Public}, {["mess", "age"], Two, Public}, {<<"message">>, One, Other}, {<<"Message">>, One, Public}]]}).

%% DER has one encoding of a signature.
damaged() ->
    {Public, _} = crypto:generate_key(ecdh, secp521r1, vector_secret()),
    <<48, 129, Length, Rest/binary>> = der(1 bsl 520, 1 bsl 519),
    Encodings = [<<48, 129, Length, Rest/binary>>, <<48, 130, 0, Length, Rest/binary>>, <<48, Length, Rest/binary>>, <<48, 129, (Length - 1), Rest/binary>>,
                 <<48, 129, 6, 2, 1, 1, 2, 1, 1>>, <<48, 6, 2, 1, 1, 2, 1, 1>>, <<48, 129>>, <<48, 129, 0>>, <<>>],
    erlang:display([crypto:verify(ecdsa, sha512, <<"sample">>, Encoding, [Public, secp521r1]) || Encoding <- Encodings]).

secrets() ->
    [show(sign, fun() -> is_binary(crypto:sign(ecdsa, sha256, <<"m">>, [Secret, secp521r1])) end) || Secret <- [<<1>>, <<0, 1>>]],
    [show(verify, fun() -> crypto:verify(ecdsa, sha256, <<"m">>, <<>>, [Point, secp521r1]) end) || Point <- [<<>>, <<4, 0:1056>>]].

%% ES512 of JSON Web Tokens.
records() ->
    #'ECPrivateKey'{publicKey = Point, parameters = Curve} = Key = public_key:generate_key({namedCurve, secp521r1}),
    Signature = public_key:sign(<<"token">>, sha512, Key),
    erlang:display([public_key:verify(Text, sha512, Signature, {#'ECPoint'{point = Point}, Curve}) || Text <- [<<"token">>, <<"tokens">>]]),
    Pem = public_key:pem_encode([public_key:pem_entry_encode('ECPrivateKey', Key)]),
    erlang:display([public_key:pem_entry_decode(Entry) =:= Key || Entry <- public_key:pem_decode(Pem)]).

show(What, Fun) ->
    erlang:display({What, try Fun() catch error:{Tag, {_, _}, Text} -> {Tag, Text}; error:Reason -> Reason end}).

der(R, S) ->
    Integers = <<(integer(R))/binary, (integer(S))/binary>>,
    case byte_size(Integers) of
        Size when Size < 128 -> <<48, Size, Integers/binary>>;
        Size -> <<48, 129, Size, Integers/binary>>
    end.

integer(N) ->
    case binary:encode_unsigned(N) of
        <<1:1, _/bits>> = Bytes -> <<2, (byte_size(Bytes) + 1), 0, Bytes/binary>>;
        Bytes -> <<2, (byte_size(Bytes)), Bytes/binary>>
    end.

hex(Bytes) -> binary:encode_hex(Bytes).
