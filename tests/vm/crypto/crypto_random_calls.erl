%% Calls made at random, with sizes and types that fit and that do not: each gives what it gives on OTP.
-module(crypto_random_calls).
-export([start/0]).

start() ->
    lists:foldl(fun(N, Seed) -> one(N, Seed) end, 1, lists:seq(1, 500)).

one(N, Seed0) ->
    {Kind, Seed1} = random(6, Seed0),
    {{Function, Arguments}, Seed2} = call(Kind, Seed1),
    erlang:display({N, Function, outcome(Function, Arguments)}),
    Seed2.

call(0, Seed) -> arguments(hash, [hashes(), data], Seed);
call(1, Seed) -> arguments(mac, [[hmac, hmac, cmac, poly1305, foo], hashes() ++ [aes_128_cbc, aes_256_cbc], data, data], Seed);
call(2, Seed) -> arguments(crypto_one_time, [ciphers(), sized([16, 32]), sized([16]), data, [true, false, foo]], Seed);
call(3, Seed) -> arguments(crypto_one_time_aead, [aeads(), sized([16, 32]), sized([12, 1, 16]), data, data, [16, 12, 1, 0, foo], [true]], Seed);
call(4, Seed) -> arguments(crypto_one_time_aead, [aeads(), sized([16, 32]), sized([12, 1, 16]), data, data, sized([16, 4]), [false]], Seed);
call(5, Seed) -> arguments(pbkdf2_hmac, [[sha, sha256, sha512], sized([0, 1, 70, 200]), sized([0, 8]), [1, 2, 5], [1, 20, 65]], Seed).

hashes() -> [md5, sha, sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512, blake2b, blake2s, foo].
ciphers() -> [aes_128_cbc, aes_256_cbc, aes_128_ctr, aes_256_ctr, aes_128_ecb, aes_256_cfb8, aes_128_cfb128, aes_256_ofb, chacha20, aes_cbc, foo].
aeads() -> [aes_128_gcm, aes_256_gcm, aes_gcm, aes_128_cbc, foo].

%% Mostly one of these sizes, now and then another one, or no binary at all.
sized(Sizes) -> {sized, Sizes}.

arguments(Function, Kinds, Seed) ->
    {Arguments, Next} = lists:mapfoldl(fun argument/2, Seed, Kinds),
    {{Function, Arguments}, Next}.

argument(data, Seed) ->
    {Choice, Seed1} = random(12, Seed),
    {Size, Next} = random(150, Seed1),
    {case Choice of
         0 -> foo;
         1 -> [bytes(Size), [Size, "list"]];
         2 -> bytes(Size * 20);
         _ -> bytes(Size)
     end, Next};
argument({sized, Sizes}, Seed) ->
    {Choice, Seed1} = random(15, Seed),
    {Other, Seed2} = random(40, Seed1),
    {At, Next} = random(length(Sizes), Seed2),
    {case Choice of
         0 -> foo;
         1 -> bytes(Other);
         _ -> bytes(lists:nth(At + 1, Sizes))
     end, Next};
argument(Choices, Seed) ->
    {At, Next} = random(length(Choices), Seed),
    {lists:nth(At + 1, Choices), Next}.

outcome(Function, Arguments) ->
    try apply(crypto, Function, Arguments) of
        {Text, Tag} -> {binary:encode_hex(Tag), erlang:md5(Text)};
        Bytes when is_binary(Bytes) -> {byte_size(Bytes), erlang:md5(Bytes)};
        Other -> Other
    catch
        error:{Id, {File, Line}, Text} when is_list(File), is_integer(Line) -> {Id, Text};
        Class:Reason -> {Class, Reason}
    end.

random(Below, Seed) ->
    Next = (Seed * 1103515245 + 12345) band 16#7FFFFFFF,
    {(Next bsr 12) rem Below, Next}.

bytes(Size) -> << <<(N * 7 + N div 256)>> || N <- lists:seq(1, Size) >>.
