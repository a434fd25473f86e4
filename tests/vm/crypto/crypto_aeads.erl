%% crypto:crypto_one_time_aead/6,7: nonces and tags of any size, tampering; vectors of the GCM paper and RFC 8439.
-module(crypto_aeads).
-export([start/0]).

start() ->
    [sizes(Cipher, Key) || {Cipher, Key} <- [{aes_128_gcm, 16}, {aes_256_gcm, 32}, {chacha20_poly1305, 32}]],
    [nonces(Cipher, Key) || {Cipher, Key} <- [{aes_128_gcm, 16}, {aes_256_gcm, 32}]],
    [tampered(Cipher, Key) || {Cipher, Key} <- [{aes_128_gcm, 16}, {aes_256_gcm, 32}, {chacha20_poly1305, 32}]],
    vectors(),
    erlang:display(hex(crypto:crypto_one_time_aead(aes_gcm, bytes(16), bytes(12), "text", ["a", <<"ad">>], true))).

sizes(Cipher, Key) ->
    [begin
         {Text, Tag} = Sealed = crypto:crypto_one_time_aead(Cipher, bytes(Key), bytes(12), bytes(Size), bytes(Aad), TagSize, true),
         Same = bytes(Size),
         Same = crypto:crypto_one_time_aead(Cipher, bytes(Key), bytes(12), Text, bytes(Aad), Tag, false),
         erlang:display({Cipher, Size, Aad, hex(Sealed)})
     end || Size <- [0, 1, 16, 63, 64, 65, 300], Aad <- [0, 1, 16, 20], TagSize <- [1, 12, 16]].

nonces(Cipher, Key) ->
    [begin
         {Text, Tag} = Sealed = crypto:crypto_one_time_aead(Cipher, bytes(Key), bytes(Nonce), bytes(Size), bytes(5), 16, true),
         Same = bytes(Size),
         Same = crypto:crypto_one_time_aead(Cipher, bytes(Key), bytes(Nonce), Text, bytes(5), Tag, false),
         error = crypto:crypto_one_time_aead(Cipher, bytes(Key), bytes(Nonce), Text, bytes(6), Tag, false),
         erlang:display({Cipher, Nonce, hex(Sealed)})
     end || Nonce <- [1, 8, 11, 13, 16, 17, 64, 128], Size <- [0, 15, 100]].

tampered(Cipher, Key) ->
    {Text, Tag} = crypto:crypto_one_time_aead(Cipher, bytes(Key), bytes(12), bytes(33), bytes(7), true),
    Open = fun(K, N, C, A, T) -> crypto:crypto_one_time_aead(Cipher, K, N, C, A, T, false) end,
    erlang:display(
        [Open(bytes(Key), bytes(12), Text, bytes(7), Tag) =:= bytes(33),
         Open(flip(bytes(Key)), bytes(12), Text, bytes(7), Tag),
         Open(bytes(Key), flip(bytes(12)), Text, bytes(7), Tag),
         Open(bytes(Key), bytes(12), flip(Text), bytes(7), Tag),
         Open(bytes(Key), bytes(12), Text, flip(bytes(7)), Tag),
         Open(bytes(Key), bytes(12), Text, bytes(7), flip(Tag)),
         Open(bytes(Key), bytes(12), Text, bytes(7), <<>>),
         Open(bytes(Key), bytes(12), Text, bytes(7), <<Tag/binary, 0>>)]).

vectors() ->
    Key = binary:decode_hex(<<"FEFFE9928665731C6D6A8F9467308308">>),
    Text = binary:decode_hex(<<"D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A721C3C0C95956809532FCF0E2449A6B525B16AEDF5AA0DE657BA637B39">>),
    Aad = binary:decode_hex(<<"FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2">>),
    Nonces = [<<"CAFEBABEFACEDBADDECAF888">>, <<"CAFEBABEFACEDBAD">>],
    [erlang:display(hex(crypto:crypto_one_time_aead(aes_128_gcm, Key, binary:decode_hex(Nonce), Text, Aad, true))) || Nonce <- Nonces].

flip(<<First, Rest/binary>>) -> <<(First bxor 1), Rest/binary>>.

bytes(Size) -> << <<(N * 7 + N div 256)>> || N <- lists:seq(1, Size) >>.

hex({A, B}) -> {hex(A), hex(B)};
hex(Bytes) -> binary:encode_hex(Bytes).
