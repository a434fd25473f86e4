%% crypto:crypto_one_time/4,5 and cipher states: modes, keys, pieces, paddings.
-module(crypto_ciphers).
-export([start/0]).

start() ->
    [one_time(Cipher) || Cipher <- ciphers()],
    [in_pieces(Cipher) || Cipher <- ciphers()],
    [paddings(Cipher) || Cipher <- [aes_128_cbc, aes_256_ecb]],
    aliases(),
    [erlang:display({Cipher, sorted(crypto:cipher_info(Cipher))}) || Cipher <- [aes_cbc, aes_gcm, chacha20_poly1305 | ciphers()]],
    counters(),
    data().

ciphers() ->
    [list_to_atom("aes_" ++ Bits ++ "_" ++ Mode) || Bits <- ["128", "256"], Mode <- ["ecb", "cbc", "ctr", "cfb8", "cfb128", "ofb"]]
        ++ [chacha20].

key_and_iv(Cipher) ->
    #{key_length := Key, iv_length := IV} = crypto:cipher_info(Cipher),
    {bytes(Key), bytes(IV)}.

%% Whole blocks, and what is left of a last one.
one_time(Cipher) ->
    {Key, IV} = key_and_iv(Cipher),
    [begin
         Encrypted = crypto:crypto_one_time(Cipher, Key, IV, bytes(Size), true),
         Decrypted = crypto:crypto_one_time(Cipher, Key, IV, bytes(Size), false),
         Whole = byte_size(Encrypted),
         Whole = byte_size(crypto:crypto_one_time(Cipher, Key, IV, Encrypted, false)),
         erlang:display({Cipher, Size, hex(Encrypted), hex(Decrypted)})
     end || Size <- [0, 1, 15, 16, 17, 31, 32, 64, 100]].

in_pieces(Cipher) ->
    {Key, IV} = key_and_iv(Cipher),
    [begin
         State = crypto:crypto_init(Cipher, Key, IV, Encrypt),
         Pieces = [crypto:crypto_update(State, bytes(Size)) || Size <- [0, 1, 14, 1, 16, 33, 15, 64, 3]],
         End = crypto:crypto_final(State),
         erlang:display({Cipher, Encrypt, [hex(Piece) || Piece <- Pieces], hex(End)})
     end || Encrypt <- [true, false]].

paddings(Cipher) ->
    {Key, IV} = key_and_iv(Cipher),
    [begin
         Options = [{padding, Padding}],
         Encrypted = crypto:crypto_one_time(Cipher, Key, IV, bytes(Size), [{encrypt, true} | Options]),
         Back = crypto:crypto_one_time(Cipher, Key, IV, Encrypted, [{encrypt, false} | Options]),
         erlang:display({Cipher, Padding, Size, hex(Encrypted), hex(Back)})
     end || Padding <- [pkcs_padding, zero, undefined], Size <- [0, 1, 15, 16, 17, 32, 47]],
    Random = crypto:crypto_one_time(Cipher, Key, IV, bytes(20), [{encrypt, true}, {padding, random}]),
    <<Kept:20/binary, _:12/binary>> = crypto:crypto_one_time(Cipher, Key, IV, Random, [{encrypt, false}]),
    erlang:display(Kept =:= bytes(20)),
    held_back(Cipher, Key, IV).

%% The last block cannot be told from padding until the end.
held_back(Cipher, Key, IV) ->
    Encrypted = crypto:crypto_one_time(Cipher, Key, IV, bytes(40), [{encrypt, true}, {padding, pkcs_padding}]),
    State = crypto:crypto_init(Cipher, Key, IV, [{encrypt, false}, {padding, pkcs_padding}]),
    [erlang:display(hex(crypto:crypto_update(State, <<Byte>>))) || <<Byte>> <= Encrypted],
    erlang:display({hex(crypto:crypto_final(State)), sorted(crypto:crypto_get_data(State))}).

aliases() ->
    [erlang:display(hex(crypto:crypto_one_time(Alias, bytes(Size), bytes(16), bytes(32), true)))
     || Alias <- [aes_cbc, aes_ctr, aes_cfb8, aes_cfb128], Size <- [16, 32]],
    [erlang:display(hex(crypto:crypto_one_time(aes_ecb, bytes(Size), bytes(32), true))) || Size <- [16, 32]].

%% Counters that wrap.
counters() ->
    [erlang:display(hex(crypto:crypto_one_time(aes_128_ctr, bytes(16), IV, bytes(70), true)))
     || IV <- [<<-1:128>>, <<0:64, -1:64>>, <<1:96, -1:32>>]],
    erlang:display(hex(crypto:crypto_one_time(chacha20, bytes(32), <<16#FFFFFFFF:32, 1:96>>, bytes(200), true))).

data() ->
    State = crypto:crypto_init(aes_128_cbc, bytes(16), bytes(16), [{encrypt, true}, {padding, zero}]),
    erlang:display(sorted(crypto:crypto_get_data(State))),
    <<>> = crypto:crypto_update(State, <<"abc">>),
    erlang:display(sorted(crypto:crypto_get_data(State))),
    erlang:display(hex(crypto:crypto_final(State))),
    erlang:display(sorted(crypto:crypto_get_data(State))).

%% Maps have another order in each release.
sorted(Map) -> lists:sort(maps:to_list(Map)).

bytes(Size) -> << <<(N * 7 + N div 256)>> || N <- lists:seq(1, Size) >>.

hex(Bytes) -> binary:encode_hex(Bytes).
