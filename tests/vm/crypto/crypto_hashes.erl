%% crypto:hash/2 and its states: every algorithm, sizes around the blocks, states that are gone on from twice.
-module(crypto_hashes).
-export([start/0]).

start() ->
    [of_kind(Kind) || Kind <- kinds()],
    erlang:display(hex(crypto:hash(sha256, ["a", [<<"b">>], $c]))),
    erlang:display(hex(crypto:hash(sha, large()))),
    erlang:display(is_reference(crypto:hash_init(sha))),
    [erlang:display({Kind, lists:sort(maps:to_list(crypto:hash_info(Kind)))}) || Kind <- kinds()],
    equal().

kinds() ->
    [md5, sha, sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512, blake2b, blake2s].

of_kind(Kind) ->
    [erlang:display({Kind, Size, hex(crypto:hash(Kind, bytes(Size)))})
     || Size <- [0, 1, 3, 55, 56, 63, 64, 65, 71, 72, 111, 112, 127, 128, 129, 135, 136, 144, 1000]],
    State = crypto:hash_update(crypto:hash_init(Kind), <<"first, ">>),
    One = crypto:hash_update(State, <<"one">>),
    Other = crypto:hash_update(State, [<<"the ">>, "other"]),
    [erlang:display(hex(crypto:hash_final(Each))) || Each <- [State, One, Other, One, State]].

equal() ->
    erlang:display(crypto:hash_equals(<<>>, <<>>)),
    erlang:display(crypto:hash_equals(bytes(32), bytes(32))),
    erlang:display([crypto:hash_equals(bytes(32), flipped(bytes(32), At)) || At <- [0, 7, 128, 255]]),
    <<_:3, Unaligned:32/bitstring, _/bitstring>> = bytes(32),
    erlang:display(crypto:hash_equals(Unaligned, <<Unaligned/bitstring>>)).

flipped(Bytes, At) ->
    <<Before:At, Bit:1, After/bitstring>> = Bytes,
    <<Before:At, (1 - Bit):1, After/bitstring>>.

%% More than crypto.erl gives a native at once.
large() -> binary:copy(bytes(1000), 50).

bytes(Size) -> << <<(N * 7 + N div 256)>> || N <- lists:seq(1, Size) >>.

hex(Bytes) -> binary:encode_hex(Bytes).
