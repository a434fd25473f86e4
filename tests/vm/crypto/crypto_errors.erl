%% What module crypto raises: id and text as on OTP; of the place in the library's sources only the shape.
-module(crypto_errors).
-export([start/0]).

start() ->
    hashes(),
    macs(),
    derivation(),
    ciphers(),
    aeads(),
    keys(),
    signatures(),
    numbers().

hashes() ->
    failing([fun() -> crypto:hash(foo, <<>>) end,
             fun() -> crypto:hash("sha", <<>>) end,
             fun() -> crypto:hash(sha, foo) end,
             fun() -> crypto:hash_init(foo) end,
             fun() -> crypto:hash_update(foo, <<>>) end,
             fun() -> crypto:hash_update(make_ref(), <<>>) end,
             fun() -> crypto:hash_update(crypto:mac_init(hmac, sha, <<>>), <<>>) end,
             fun() -> crypto:hash_final(foo) end,
             fun() -> crypto:hash_info(foo) end,
             fun() -> crypto:hash_equals(<<1>>, <<1, 2>>) end,
             fun() -> crypto:hash_equals(<<1>>, "1") end,
             fun() -> crypto:hash_equals(<<1:1>>, <<1:1>>) end]).

macs() ->
    failing([fun() -> crypto:mac(hmac, foo, <<>>, <<>>) end,
             fun() -> crypto:mac(hmac, sha, <<>>, foo) end,
             fun() -> crypto:mac(foo, sha, <<>>, <<>>) end,
             fun() -> crypto:mac(cmac, foo, <<>>, <<>>) end,
             fun() -> crypto:mac(cmac, aes_128_cbc, <<1>>, <<>>) end,
             fun() -> crypto:mac(poly1305, <<1>>, <<>>) end,
             fun() -> crypto:mac_init(hmac, foo, <<>>) end,
             fun() -> crypto:mac_init(cmac, aes_256_cbc, <<1>>) end,
             fun() -> crypto:mac_update(foo, <<>>) end,
             fun() -> crypto:mac_update(crypto:hash_init(sha), <<>>) end,
             fun() -> crypto:mac_update(crypto:mac_init(hmac, sha, <<>>), foo) end,
             fun() -> crypto:mac_final(foo) end]).

derivation() ->
    failing([fun() -> crypto:pbkdf2_hmac(foo, <<>>, <<>>, 1, 1) end,
             fun() -> crypto:pbkdf2_hmac(md5, <<>>, <<>>, 1, 1) end,
             fun() -> crypto:pbkdf2_hmac(sha, "list", <<>>, 1, 1) end,
             fun() -> crypto:pbkdf2_hmac(sha, <<>>, foo, 1, 1) end,
             fun() -> crypto:pbkdf2_hmac(sha, <<>>, <<>>, 0, 1) end,
             fun() -> crypto:pbkdf2_hmac(sha, <<>>, <<>>, -1, 1) end,
             fun() -> crypto:pbkdf2_hmac(sha, <<>>, <<>>, 1, 0) end,
             fun() -> crypto:pbkdf2_hmac(sha, <<>>, <<>>, 1, foo) end]).

ciphers() ->
    Key = <<1:128>>,
    failing([fun() -> crypto:crypto_one_time(foo, Key, Key, <<>>, true) end,
             fun() -> crypto:crypto_one_time("aes", Key, Key, <<>>, true) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, <<1>>, Key, <<>>, true) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, foo, Key, <<>>, true) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, <<1>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, foo, <<>>, true) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, foo, true) end,
             fun() -> crypto:crypto_one_time(aes_128_gcm, Key, <<1:96>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time(chacha20, <<1:256>>, <<1:96>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, foo) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, [foo]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, [{encrypt, true} | foo]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, [{encrypt, foo}]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, [{padding, foo}]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, [{padding, none}, {padding, none}]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, [{foo, 1}]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<1>>, [{padding, none}]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<1>>, [{encrypt, false}, {padding, none}]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<1:128>>, [{encrypt, false}, {padding, pkcs_padding}]) end,
             fun() -> crypto:crypto_one_time(aes_128_cbc, Key, Key, <<>>, [{encrypt, false}, {padding, pkcs_padding}]) end,
             fun() -> crypto:crypto_init(foo, Key, Key, true) end,
             fun() -> crypto:crypto_init(aes_128_cbc, Key, <<1>>, true) end,
             fun() -> crypto:crypto_update(foo, <<>>) end,
             fun() -> crypto:crypto_update(crypto:hash_init(sha), <<>>) end,
             fun() -> crypto:crypto_update(crypto:crypto_init(aes_128_cbc, Key, Key, true), foo) end,
             fun() -> crypto:crypto_final(foo) end,
             fun() -> crypto:crypto_get_data(foo) end,
             fun() -> crypto:cipher_info(foo) end]).

aeads() ->
    Key = <<1:128>>,
    Nonce = <<1:96>>,
    failing([fun() -> crypto:crypto_one_time_aead(foo, Key, Nonce, <<>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time_aead(foo, Key, Nonce, <<>>, <<>>, 16, true) end,
             fun() -> crypto:crypto_one_time_aead("aes", Key, Nonce, <<>>, <<>>, 16, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, <<1>>, Nonce, <<>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_cbc, Key, Nonce, <<>>, <<>>, 16, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, <<>>, <<>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, <<1:2048>>, <<>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time_aead(chacha20_poly1305, <<1:256>>, <<1:64>>, <<>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, foo, Nonce, <<>>, <<>>, 16, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, foo, <<>>, <<>>, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, foo, <<>>, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, <<>>, foo, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, <<>>, <<>>, 17, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, <<>>, <<>>, 0, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, <<>>, <<>>, -1, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, <<>>, <<>>, foo, true) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, <<>>, <<>>, foo, false) end,
             fun() -> crypto:crypto_one_time_aead(aes_128_gcm, Key, Nonce, <<>>, <<>>, 16, foo) end]).

keys() ->
    {Public, _} = crypto:generate_key(ecdh, secp256r1, 1),
    failing([fun() -> crypto:generate_key(ecdh, foo) end,
             fun() -> crypto:generate_key(ecdh, secp256r1, foo) end,
             fun() -> crypto:generate_key(eddsa, ed25519, <<1>>) end,
             fun() -> crypto:generate_key(eddsa, ed25519, foo) end,
             fun() -> crypto:generate_key(ecdh, x25519, <<1>>) end,
             fun() -> crypto:compute_key(ecdh, <<1>>, <<1>>, x25519) end,
             fun() -> crypto:compute_key(ecdh, <<0:256>>, <<1:256>>, x25519) end,
             fun() -> crypto:compute_key(ecdh, <<1>>, <<1>>, secp256r1) end,
             fun() -> crypto:compute_key(ecdh, <<4, 1:512>>, <<1>>, secp256r1) end,
             fun() -> crypto:compute_key(ecdh, foo, <<1>>, secp256r1) end,
             fun() -> crypto:compute_key(ecdh, Public, 0, secp256r1) end,
             fun() -> crypto:compute_key(ecdh, Public, foo, secp256r1) end]).

signatures() ->
    {Public, _} = crypto:generate_key(ecdh, secp256r1, 1),
    failing([fun() -> crypto:sign(ecdsa, foo, <<>>, [1, secp256r1]) end,
             fun() -> crypto:sign(ecdsa, sha256, foo, [1, secp256r1]) end,
             fun() -> crypto:sign(ecdsa, sha256, {digest, <<1>>}, [1, secp256r1]) end,
             fun() -> crypto:sign(ecdsa, sha256, <<>>, [1, foo]) end,
             fun() -> crypto:sign(ecdsa, sha256, <<>>, [foo, secp256r1]) end,
             fun() -> crypto:sign(ecdsa, sha256, <<>>, foo) end,
             fun() -> crypto:sign(eddsa, none, <<>>, [<<1>>, ed25519]) end,
             fun() -> crypto:sign(eddsa, none, foo, [<<1:256>>, ed25519]) end,
             fun() -> crypto:sign(eddsa, none, <<>>, foo) end,
             fun() -> crypto:verify(eddsa, none, <<>>, foo, [<<1:256>>, ed25519]) end,
             fun() -> crypto:verify(eddsa, none, <<>>, <<1:512>>, [<<1>>, ed25519]) end,
             fun() -> crypto:verify(ecdsa, sha256, <<>>, <<1:512>>, [<<1>>, secp256r1]) end,
             fun() -> crypto:verify(ecdsa, foo, <<>>, <<1:512>>, [Public, secp256r1]) end,
             fun() -> crypto:verify(ecdsa, sha256, <<>>, foo, [Public, secp256r1]) end]).

numbers() ->
    failing([fun() -> crypto:strong_rand_bytes(-1) end,
             fun() -> crypto:strong_rand_bytes(foo) end,
             fun() -> crypto:exor(<<1>>, <<1, 2>>) end,
             fun() -> crypto:exor(<<1>>, foo) end,
             fun() -> crypto:mod_pow(2, 10, 0) end,
             fun() -> crypto:mod_pow(foo, 10, 7) end,
             fun() -> crypto:enable_fips_mode(foo) end]).

failing(Funs) -> [erlang:display(outcome(Fun)) || Fun <- Funs].

outcome(Fun) ->
    try Fun() of
        Value -> {value, Value}
    catch
        Class:Reason:Stack ->
            [{M, F, _, Where} | _] = Stack,
            {Class, without_place(Reason), M, F, proplists:get_value(error_info, Where)}
    end.

without_place({Id, {File, Line}, Text}) when is_list(File), is_integer(Line) -> {Id, Text};
without_place(Reason) -> Reason.
