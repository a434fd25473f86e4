%% What only newer releases have: AEAD states, digests of any size. Where OTP has no such function, that is printed.
-module(crypto_since_otp28).
-export([start/0]).

start() ->
    [erlang:display({Cipher, Size, Tag, catching(fun() -> with_state(Cipher, Size, Tag) end)})
     || {Cipher, _} <- ciphers(), Size <- [0, 4, 33], Tag <- [1, 12, 16]],
    [erlang:display(catching(Fun)) || Fun <- wrong()],
    [erlang:display({Kind, Bits, catching(fun() -> extended(Kind, Bits) end)}) || Kind <- [shake128, shake256], Bits <- [0, 8, 256, 8000]],
    erlang:display(catching(fun() -> extended(sha256, 256) end)).

ciphers() -> [{aes_128_gcm, 16}, {aes_256_gcm, 32}, {chacha20_poly1305, 32}].

key(Cipher) -> bytes(proplists:get_value(Cipher, ciphers())).

init(Cipher, Key, Tag, Encrypt) -> apply(crypto, crypto_one_time_aead_init, [Cipher, Key, Tag, Encrypt]).
step(State, Nonce, Text, Aad) -> apply(crypto, crypto_one_time_aead, [State, Nonce, Text, Aad]).

with_state(Cipher, Size, Tag) ->
    Seal = init(Cipher, key(Cipher), Tag, true),
    Open = init(Cipher, key(Cipher), Tag, false),
    Sealed = [step(Seal, bytes(12), bytes(Size), Aad) || Aad <- [<<>>, "aad", <<>>]],
    Opened = [step(Open, bytes(12), Each, Aad) || {Each, Aad} <- lists:zip(Sealed, [<<>>, "aad", "other"])],
    {[binary:encode_hex(Each) || Each <- Sealed], Opened}.

wrong() ->
    Key = key(aes_128_gcm),
    State = fun() -> init(aes_128_gcm, Key, 16, true) end,
    [fun() -> init(foo, Key, 16, true) end, fun() -> init(aes_128_cbc, Key, 16, true) end, fun() -> init(aes_128_gcm, <<1>>, 16, true) end,
     fun() -> init(aes_128_gcm, Key, -1, true) end, fun() -> init(aes_128_gcm, Key, 16, foo) end,
     fun() -> step(init(aes_128_gcm, Key, 17, true), bytes(12), "", "") end, fun() -> step(init(aes_128_gcm, Key, 0, true), bytes(12), "", "") end,
     fun() -> step(foo, bytes(12), "", "") end, fun() -> step(State(), foo, "", "") end, fun() -> step(State(), bytes(12), foo, "") end,
     fun() -> step(State(), bytes(12), "", foo) end, fun() -> step(State(), <<>>, "", "") end,
     fun() -> step(init(aes_128_gcm, Key, 16, false), bytes(12), "short", "") end].

extended(Kind, Bits) ->
    State = crypto:hash_update(crypto:hash_init(Kind), <<"abc">>),
    binary:encode_hex(apply(crypto, hash_final_xof, [State, Bits])).

catching(Fun) ->
    try
        Fun()
    catch
        error:undef -> not_in_this_release;
        error:{badarg, {"hash.c", _}, _} -> not_in_this_release;
        Class:{Id, {_, _}, Text} -> {Class, Id, Text};
        Class:Reason -> {Class, Reason}
    end.

bytes(Size) -> << <<(N * 7)>> || N <- lists:seq(1, Size) >>.
