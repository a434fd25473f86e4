%% crypto:mac/3,4, macN, mac states, PBKDF2; vectors of RFC 4231, 4493, 8439, 6070.
-module(crypto_macs).
-export([start/0]).

start() ->
    [hmacs(Kind) || Kind <- [md5, sha, sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512, blake2b, blake2s]],
    vectors(),
    [cmacs(Cipher, Size) || {Cipher, Size} <- [{aes_128_cbc, 16}, {aes_256_cbc, 32}, {aes_cbc, 16}]],
    [erlang:display(hex(crypto:mac(poly1305, bytes(32), bytes(Size)))) || Size <- [0, 1, 15, 16, 17, 64, 100]],
    erlang:display(hex(crypto:macN(hmac, sha256, <<"key">>, <<"data">>, 10))),
    erlang:display(hex(crypto:macN(poly1305, bytes(32), <<"data">>, 4))),
    states(),
    pbkdf2().

hmacs(Kind) ->
    [erlang:display({Kind, Key, Size, hex(crypto:mac(hmac, Kind, bytes(Key), bytes(Size)))})
     || Key <- [0, 1, 63, 64, 65, 128, 129, 200], Size <- [0, 100]].

vectors() ->
    erlang:display(hex(crypto:mac(hmac, sha256, binary:copy(<<16#0b>>, 20), <<"Hi There">>))),
    erlang:display(hex(crypto:mac(hmac, sha512, <<"Jefe">>, <<"what do ya want for nothing?">>))),
    Key = binary:decode_hex(<<"2B7E151628AED2A6ABF7158809CF4F3C">>),
    erlang:display(hex(crypto:mac(cmac, aes_128_cbc, Key, binary:decode_hex(<<"6BC1BEE22E409F96E93D7E117393172A">>)))).

cmacs(Cipher, Key) ->
    [erlang:display({Cipher, Size, hex(crypto:mac(cmac, Cipher, bytes(Key), bytes(Size)))})
     || Size <- [0, 1, 15, 16, 17, 31, 32, 33, 64, 100]].

states() ->
    [erlang:display(hex(crypto:mac_final(in_pieces(State))))
     || State <- [crypto:mac_init(hmac, sha, <<"key">>), crypto:mac_init(cmac, aes_256_cbc, bytes(32)),
                  crypto:mac_init(poly1305, bytes(32))]],
    erlang:display(hex(crypto:mac_finalN(crypto:mac_init(hmac, sha256, "key"), 7))),
    State = crypto:mac_init(hmac, sha, <<"key">>),
    erlang:display(crypto:mac_update(State, <<"data">>) =:= State).

in_pieces(State) -> lists:foldl(fun(Size, S) -> crypto:mac_update(S, bytes(Size)) end, State, [0, 1, 15, 16, 17, 100, 0]).

pbkdf2() ->
    [erlang:display(hex(crypto:pbkdf2_hmac(sha, <<"password">>, <<"salt">>, Rounds, 20))) || Rounds <- [1, 2, 100]],
    erlang:display(hex(crypto:pbkdf2_hmac(sha, <<"passwordPASSWORDpassword">>, <<"saltSALTsaltSALTsaltSALTsaltSALTsalt">>, 64, 25))),
    erlang:display(hex(crypto:pbkdf2_hmac(sha, <<"pass\0word">>, <<"sa\0lt">>, 64, 16))),
    [erlang:display({Kind, Size, hex(crypto:pbkdf2_hmac(Kind, bytes(Size), bytes(17), 3, Size))})
     || Kind <- [sha224, sha256, sha384, sha512], Size <- [1, 64, 65, 130, 200]].

bytes(Size) -> << <<(N * 7 + N div 256)>> || N <- lists:seq(1, Size) >>.

hex(Bytes) -> binary:encode_hex(Bytes).
