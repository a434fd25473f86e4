%% AES with keys of 192 bits in every mode, and CCM: sizes of nonces, tags, texts and additional data, and what fits none of them.
-module(crypto_aes_192_ccm).
-export([start/0]).

start() ->
    [mode(Cipher) || Cipher <- modes()],
    [info(Cipher) || Cipher <- modes() ++ [aes_192_gcm, aes_128_ccm, aes_192_ccm, aes_256_ccm]],
    [in_pieces(Cipher) || Cipher <- modes()],
    sp800_38a(),
    [erlang:display({cmac, Size, binary:encode_hex(crypto:mac(cmac, aes_192_cbc, key(24), bytes(Size)))}) || Size <- [0, 1, 16, 17, 40]],
    [aead(aes_192_gcm, 24, Nonce, 16, 20, Text) || Nonce <- [1, 11, 12, 13, 16, 128, 129], Text <- [0, 1, 16, 100]],
    [aead(Cipher, Key, Nonce, 16, 3, 20) || {Cipher, Key} <- ccm(), Nonce <- lists:seq(0, 16)],
    [aead(aes_128_ccm, 16, 12, Tag, 3, 20) || Tag <- lists:seq(0, 18)],
    [aead(Cipher, Key, 13, 8, Aad, Text) || {Cipher, Key} <- ccm(), Aad <- [0, 1, 14, 15, 30, 31], Text <- [0, 1, 15, 16, 17, 64]],
    [aead(aes_256_ccm, 32, 7, 16, Aad, 5) || Aad <- [65279, 65280, 65281, 70000]],
    [aead(aes_128_ccm, 16, 13, 16, 0, Text) || Text <- [65535, 65536]],
    [aead(Cipher, Key, 12, 16, 0, 5) || Cipher <- [aes_ccm, aes_gcm, aes_192_ccm], Key <- [0, 15, 16, 24, 32, 33]],
    [failing(Cipher) || Cipher <- [aes_128_ccm, aes_192_gcm]],
    supported().

modes() -> [aes_192_ecb, aes_192_cbc, aes_192_ctr, aes_192_cfb8, aes_192_cfb128, aes_192_ofb].
ccm() -> [{aes_128_ccm, 16}, {aes_192_ccm, 24}, {aes_256_ccm, 32}].

key(Size) -> bytes(Size, 77).
bytes(Size) -> bytes(Size, 5).
bytes(Size, First) when Size > 1000 -> binary:copy(<<First>>, Size);
bytes(Size, First) -> << <<(First + 31 * N)>> || N <- lists:seq(1, Size)>>.

iv(aes_192_ecb) -> <<>>;
iv(_) -> bytes(16, 9).

mode(Cipher) ->
    [begin
         Encrypted = crypto:crypto_one_time(Cipher, key(24), iv(Cipher), bytes(Size), [{encrypt, true}, {padding, pkcs_padding}]),
         Decrypted = crypto:crypto_one_time(Cipher, key(24), iv(Cipher), Encrypted, [{encrypt, false}, {padding, pkcs_padding}]),
         erlang:display({Cipher, Size, binary:encode_hex(Encrypted), Decrypted =:= bytes(Size)})
     end || Size <- [0, 1, 15, 16, 17, 50]],
    [display({Cipher, key, Size}, fun() -> crypto:crypto_one_time(Cipher, key(Size), iv(Cipher), <<>>, true) end) || Size <- [16, 23, 24, 32]].

info(Cipher) ->
    erlang:display({Cipher, [maps:get(Name, crypto:cipher_info(Cipher)) || Name <- [block_size, iv_length, key_length, mode, prop_aead, type]]}).

in_pieces(Cipher) ->
    State = crypto:crypto_init(Cipher, key(24), iv(Cipher), [{encrypt, true}, {padding, zero}]),
    Pieces = [crypto:crypto_update(State, bytes(Size)) || Size <- [1, 15, 3, 40]],
    erlang:display({Cipher, [binary:encode_hex(Piece) || Piece <- Pieces ++ [crypto:crypto_final(State)]]}).

%% SP 800-38A, F.1.3 and F.2.3
sp800_38a() ->
    Key = binary:decode_hex(<<"8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B">>),
    Plain = binary:decode_hex(<<"6BC1BEE22E409F96E93D7E117393172A">>),
    Ecb = <<"BD334F1D6E45F25FF712A214571FA5CC">>,
    erlang:display(binary:encode_hex(crypto:crypto_one_time(aes_192_ecb, Key, Plain, true)) =:= Ecb),
    Cbc = <<"4F021DB243BC633D7178183A9FA071E8">>,
    Iv = list_to_binary(lists:seq(0, 15)),
    erlang:display(binary:encode_hex(crypto:crypto_one_time(aes_192_cbc, Key, Iv, Plain, true)) =:= Cbc).

aead(Cipher, Key, Nonce, Tag, Aad, Text) ->
    Open = fun(Encrypted, Given) ->
               crypto:crypto_one_time_aead(Cipher, key(Key), bytes(Nonce), Encrypted, bytes(Aad, 2), Given, false)
           end,
    display({Cipher, Key, Nonce, Tag, Aad, Text},
        fun() ->
            {Encrypted, Made} = crypto:crypto_one_time_aead(Cipher, key(Key), bytes(Nonce), bytes(Text), bytes(Aad, 2), Tag, true),
            {erlang:md5(Encrypted), Made, Open(Encrypted, Made) =:= bytes(Text), Open(Encrypted, flipped(Made)), Open([Encrypted, 0], Made)}
        end).

flipped(<<First, Rest/binary>>) -> <<(First bxor 128), Rest/binary>>.

failing(Cipher) ->
    Key = key(maps:get(key_length, crypto:cipher_info(Cipher))),
    [display({Cipher, Given},
         fun() -> crypto:crypto_one_time_aead(Cipher, Key, bytes(12), <<"text">>, <<"aad">>, Given, false) end)
     || Given <- [<<>>, <<1>>, <<1, 2, 3>>, <<1:32>>, <<1:40>>, <<1:128>>, <<1:136>>, foo, 16]],
    [display({Cipher, Given}, fun() -> crypto:crypto_one_time_aead(Cipher, Key, bytes(12), <<"text">>, <<"aad">>, Given, true) end)
     || Given <- [-1, foo, <<1:32>>, 1 bsl 70]],
    display({Cipher, plain}, fun() -> crypto:crypto_one_time(Cipher, Key, bytes(12), <<"text">>, true) end),
    display({Cipher, init}, fun() -> crypto:crypto_init(Cipher, Key, bytes(12), true) end).

supported() ->
    Ciphers = proplists:get_value(ciphers, crypto:supports()),
    erlang:display([lists:member(Cipher, Ciphers) || Cipher <- modes() ++ [aes_192_gcm, aes_128_ccm, aes_192_ccm, aes_256_ccm, aes_ccm]]).

display(What, Call) ->
    erlang:display(
        {What, try Call()
               catch error:{Id, {File, Line}, Text} when is_list(File), is_integer(Line) -> {Id, Text}
               end}).
