%% Keys as people have them, in PEM and JWK, and tokens that are signed with them: what a library for JSON Web Tokens does, with OTP's
%% public_key. The tokens of RFC 7515, A.2 and A.3, and of RFC 8037, A.4.
-module(crypto_jwt).
-export([start/0]).

start() ->
    [pem(Name, Pem) || {Name, Pem} <- pems()],
    [signed(Name) || Name <- [rsa1, rsa8, ec1, ec8, ed8]],
    certificate(),
    encrypted(),
    damaged(),
    jwk(),
    [token(Algorithm) || Algorithm <- [rs256, rs384, rs512, ps256, es256, eddsa, hs256]].

pem(Name, Pem) ->
    Entries = public_key:pem_decode(list_to_binary(Pem)),
    erlang:display({Name, [{Type, byte_size(Der), Cipher} || {Type, Der, Cipher} <- Entries]}),
    [erlang:display({Name, decoded(Entry)}) || {_, _, not_encrypted} = Entry <- Entries],
    erlang:display(public_key:pem_encode(Entries) =:= iolist_to_binary(string:trim(Pem, trailing)) orelse public_key:pem_encode(Entries)).

%% Not every release of OTP decodes each of them.
decoded(Entry) ->
    try public_key:pem_entry_decode(Entry) catch error:Reason -> Reason end.

key(Name) ->
    [Entry | _] = public_key:pem_decode(list_to_binary(proplists:get_value(Name, pems()))),
    public_key:pem_entry_decode(Entry).

%% A key and a public key that fits.
pair(rsa1) -> {key(rsa1), key(rsapub)};
pair(rsa8) -> {key(rsa8), key(rsapub1)};
pair(ec1) -> {key(ec1), key(ecpub)};
pair(ec8) -> {key(ec8), key(ecpub)};
pair(ed8) ->
    Private = key(ed8),
    {Public, _} = crypto:generate_key(eddsa, ed25519, element(3, Private)),
    {Private, {{'ECPoint', Public}, {namedCurve, pubkey_cert_records:namedCurves(ed25519)}}}.

signed(Name) ->
    {Private, Public} = pair(Name),
    Hash = case Name of ed8 -> none; _ -> sha256 end,
    Signature = public_key:sign(<<"message">>, Hash, Private),
    erlang:display({Name, public_key:verify(<<"message">>, Hash, Signature, Public), public_key:verify(<<"massage">>, Hash, Signature, Public)}),
    case Name of
        rsa1 ->
            Text = public_key:encrypt_public(<<"text">>, Public),
            erlang:display({binary:encode_hex(Signature), public_key:decrypt_private(Text, Private),
                            public_key:decrypt_public(public_key:encrypt_private(<<"text">>, Private), Public)});
        _ -> ok
    end.

certificate() ->
    [{'Certificate', Der, not_encrypted}] = public_key:pem_decode(list_to_binary(proplists:get_value(cert, pems()))),
    Certificate = public_key:pkix_decode_cert(Der, otp),
    erlang:display(public_key:pkix_decode_cert(Der, plain)),
    erlang:display(Certificate),
    erlang:display({public_key:pkix_is_self_signed(Certificate), public_key:pkix_verify(Der, key(rsapub)), public_key:pkix_issuer_id(Certificate, self),
                    public_key:pkix_subject_id(Certificate), public_key:pkix_hash_type({1, 3, 14, 3, 2, 26})}),
    erlang:display(element(1, public_key:pkix_path_validation(Certificate, [Certificate], []))).

encrypted() ->
    [begin
         [Entry] = public_key:pem_decode(list_to_binary(proplists:get_value(Name, pems()))),
         erlang:display({Name, public_key:pem_entry_decode(Entry, "secret") =:= key(Plain)})
     end || {Name, Plain} <- [{ecenc, ec8}, {rsaenc, rsa1}]].

damaged() ->
    Der = public_key:der_encode('RSAPublicKey', key(rsapub)),
    [erlang:display(try public_key:der_decode('RSAPublicKey', Bad) of Key -> Key catch error:Reason -> {error, shape(Reason)} end)
     || Bad <- [<<>>, <<48>>, binary:part(Der, 0, byte_size(Der) - 1), <<Der/binary, 0>>, <<48, 0>>, <<48, 128, 0, 0>>, <<2, 1, 1>>]],
    [erlang:display(try public_key:pem_decode(Text) catch error:Reason -> Reason end)
     || Text <- [<<>>, <<"text">>, <<"-----BEGIN PUBLIC KEY-----\n">>, <<"-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n">>]].

shape({error, {asn1, {{Reason, _}, _}}}) -> {asn1, Reason};
shape({error, {asn1, {Reason, _}}}) -> {asn1, Reason};
shape({badmatch, Reason}) -> {badmatch, shape(Reason)};
shape(Reason) when is_tuple(Reason) -> element(1, Reason);
shape(Reason) -> Reason.

%% ---- JWK, RFC 7517, and tokens of the RFCs ----

jwk() ->
    [N, E, D] = [decode(Text) || Text <- rfc7515_rsa()],
    Numbers = [binary:decode_unsigned(Number) || Number <- [N, E, D]],
    [Modulus, PublicExponent, _] = Numbers,
    Rsa = {'RSAPublicKey', Modulus, PublicExponent},
    erlang:display({rs256, verified(rs256, rfc7515_rs256(), Rsa)}),
    [X, Y, Secret] = [decode(Text) || Text <- rfc7515_ec()],
    Point = {{'ECPoint', <<4, X/binary, Y/binary>>}, {namedCurve, pubkey_cert_records:namedCurves(secp256r1)}},
    erlang:display({es256, verified(es256, rfc7515_es256(), Point)}),
    {Public, _} = crypto:generate_key(ecdh, secp256r1, Secret),
    erlang:display(Public =:= <<4, X/binary, Y/binary>>),
    Ed = {{'ECPoint', decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")}, {namedCurve, pubkey_cert_records:namedCurves(ed25519)}},
    erlang:display({eddsa, verified(eddsa, rfc8037(), Ed)}),
    erlang:display(public_key:pem_encode([public_key:pem_entry_encode('SubjectPublicKeyInfo', Key) || Key <- [Rsa, Point, Ed]])),
    erlang:display(binary:encode_hex(crypto:sign(rsa, sha256, signing_input(rfc7515_rs256()), [E, N, D]))).

signing_input(Token) -> element(1, lists:split(string:rchr(Token, $.) - 1, Token)).

verified(Algorithm, Token, Key) ->
    [Header, Payload, Signature] = string:tokens(Token, "."),
    Signed = Header ++ "." ++ Payload,
    {check(Algorithm, Signed, decode(Signature), Key), check(Algorithm, Signed ++ "x", decode(Signature), Key), decode(Payload)}.

check(rs256, Text, Signature, Key) -> public_key:verify(list_to_binary(Text), sha256, Signature, Key);
check(rs384, Text, Signature, Key) -> public_key:verify(list_to_binary(Text), sha384, Signature, Key);
check(rs512, Text, Signature, Key) -> public_key:verify(list_to_binary(Text), sha512, Signature, Key);
check(ps256, Text, Signature, Key) -> public_key:verify(list_to_binary(Text), sha256, Signature, Key, pss());
check(eddsa, Text, Signature, Key) -> public_key:verify(list_to_binary(Text), none, Signature, Key);
check(es256, Text, <<R:256, S:256>>, Key) ->
    public_key:verify(list_to_binary(Text), sha256, public_key:der_encode('ECDSA-Sig-Value', {'ECDSA-Sig-Value', R, S}), Key);
check(hs256, Text, Mac, Key) -> crypto:hash_equals(crypto:mac(hmac, sha256, Key, Text), Mac).

pss() -> [{rsa_padding, rsa_pkcs1_pss_padding}, {rsa_pss_saltlen, -1}].

made(rs256, Text, Key) -> public_key:sign(Text, sha256, Key);
made(rs384, Text, Key) -> public_key:sign(Text, sha384, Key);
made(rs512, Text, Key) -> public_key:sign(Text, sha512, Key);
made(ps256, Text, Key) -> public_key:sign(Text, sha256, Key, pss());
made(eddsa, Text, Key) -> public_key:sign(Text, none, Key);
made(es256, Text, Key) ->
    {'ECDSA-Sig-Value', R, S} = public_key:der_decode('ECDSA-Sig-Value', public_key:sign(Text, sha256, Key)),
    <<R:256, S:256>>;
made(hs256, Text, Key) -> crypto:mac(hmac, sha256, Key, Text).

token(Algorithm) ->
    {Private, Public} = case Algorithm of
                            es256 -> pair(ec8);
                            eddsa -> pair(ed8);
                            hs256 -> {<<"secret">>, <<"secret">>};
                            _ -> pair(rsa8)
                        end,
    Text = encode("{\"alg\":\"" ++ string:uppercase(atom_to_list(Algorithm)) ++ "\"}") ++ "." ++ encode("{\"sub\":\"joe\",\"exp\":1300819380}"),
    Token = Text ++ "." ++ encode(made(Algorithm, list_to_binary(Text), Private)),
    erlang:display({Algorithm, verified(Algorithm, Token, Public)}).

%% base64url without padding
encode(Bytes) -> [case C of $+ -> $-; $/ -> $_; _ -> C end || C <- base64:encode_to_string(Bytes), C =/= $=].

decode(Text) ->
    Padding = lists:duplicate(-length(Text) band 3, $=),
    base64:decode([case C of $- -> $+; $_ -> $/; _ -> C end || C <- Text] ++ Padding).

rfc7515_rsa() ->
    ["ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
     "AQAB",
     "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"].

rfc7515_rs256() ->
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw".

rfc7515_ec() ->
    ["f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"].

rfc7515_es256() ->
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q".

rfc8037() ->
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg".

pems() ->
    [
     {rsa1,
      "-----BEGIN RSA PRIVATE KEY-----\n"
      "MIICXgIBAAKBgQDC1XT5lv9ntdnP8daZ0TGxnCjXrmDgMinEk1qsR7LlJfqOnDVw\n"
      "zIp/HVXr0uYpdjdpOQvvNwTydmVqG96iuuP5oF//QEpWamSxgvBOcsSEBSAHAve+\n"
      "93yBnim+idVAHYE5jjSpYTH4rEdBhhtjPBZgtJKYh4EzoQCPdsENgGgilQIDAQAB\n"
      "AoGBAJLD6RH6xPqC6kjSjC3if+SjFcEjAqbgIsaJmcwdVo13Rn8W/MqzycBngMnc\n"
      "XLTu8F67MlpIv9lFhq+fvt4mmoOnd9yDwV6K8DqBglQU65mDYhr9Bms3wRbcOAtd\n"
      "sS197clUbkJhb7gZxq36bCEazii63GvjHlIZwb36U+Kt+38BAkEA6y+H2byabPht\n"
      "zy4SrbKhG72ffEm1JgO5IgsX3I3k+dlRIRs3QJ6qO76Ut9tIiXrV4NDnVIwc2QsG\n"
      "VFuVOTn2WQJBANQTsnSguOXTHhEdbbiLEgBuUaB5zuuAbGdM3ed/zLpkn8aKtEvf\n"
      "y6xRtaLYyjk6aLjD2xnD0eqpXywtUMZ2vp0CQQDkzTLvA2uBBBdgbcRCM/xEzq+v\n"
      "7M1NFGYx1nT6XxkacO9as+2G8lVPFlP8olrpVRVqSBIl0MHn7a/Utdxw9hDRAkBV\n"
      "7AUJK3S96GLuHDYv5mhMtGVt1uv2jfldgM8G08hmXA4/qkKR2wHxtskYSSzlMrzq\n"
      "3q8OKUALCsP8af+n6MQhAkEAhGm6x0RKpjag93ulFHwZD4moR7ENM8Sl9k46pNsw\n"
      "mnX0SaY9gCaLOBCabQmYEaouL9QbObtDMcrB7bmKTmaJ4A==\n"
      "-----END RSA PRIVATE KEY-----\n"},
     {rsa8,
      "-----BEGIN PRIVATE KEY-----\n"
      "MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAMLVdPmW/2e12c/x\n"
      "1pnRMbGcKNeuYOAyKcSTWqxHsuUl+o6cNXDMin8dVevS5il2N2k5C+83BPJ2ZWob\n"
      "3qK64/mgX/9ASlZqZLGC8E5yxIQFIAcC9773fIGeKb6J1UAdgTmONKlhMfisR0GG\n"
      "G2M8FmC0kpiHgTOhAI92wQ2AaCKVAgMBAAECgYEAksPpEfrE+oLqSNKMLeJ/5KMV\n"
      "wSMCpuAixomZzB1WjXdGfxb8yrPJwGeAydxctO7wXrsyWki/2UWGr5++3iaag6d3\n"
      "3IPBXorwOoGCVBTrmYNiGv0GazfBFtw4C12xLX3tyVRuQmFvuBnGrfpsIRrOKLrc\n"
      "a+MeUhnBvfpT4q37fwECQQDrL4fZvJps+G3PLhKtsqEbvZ98SbUmA7kiCxfcjeT5\n"
      "2VEhGzdAnqo7vpS320iJetXg0OdUjBzZCwZUW5U5OfZZAkEA1BOydKC45dMeER1t\n"
      "uIsSAG5RoHnO64BsZ0zd53/MumSfxoq0S9/LrFG1otjKOTpouMPbGcPR6qlfLC1Q\n"
      "xna+nQJBAOTNMu8Da4EEF2BtxEIz/ETOr6/szU0UZjHWdPpfGRpw71qz7YbyVU8W\n"
      "U/yiWulVFWpIEiXQweftr9S13HD2ENECQFXsBQkrdL3oYu4cNi/maEy0ZW3W6/aN\n"
      "+V2AzwbTyGZcDj+qQpHbAfG2yRhJLOUyvOrerw4pQAsKw/xp/6foxCECQQCEabrH\n"
      "REqmNqD3e6UUfBkPiahHsQ0zxKX2Tjqk2zCadfRJpj2AJos4EJptCZgRqi4v1Bs5\n"
      "u0MxysHtuYpOZong\n"
      "-----END PRIVATE KEY-----\n"},
     {rsapub,
      "-----BEGIN PUBLIC KEY-----\n"
      "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDC1XT5lv9ntdnP8daZ0TGxnCjX\n"
      "rmDgMinEk1qsR7LlJfqOnDVwzIp/HVXr0uYpdjdpOQvvNwTydmVqG96iuuP5oF//\n"
      "QEpWamSxgvBOcsSEBSAHAve+93yBnim+idVAHYE5jjSpYTH4rEdBhhtjPBZgtJKY\n"
      "h4EzoQCPdsENgGgilQIDAQAB\n"
      "-----END PUBLIC KEY-----\n"},
     {rsapub1,
      "-----BEGIN RSA PUBLIC KEY-----\n"
      "MIGJAoGBAMLVdPmW/2e12c/x1pnRMbGcKNeuYOAyKcSTWqxHsuUl+o6cNXDMin8d\n"
      "VevS5il2N2k5C+83BPJ2ZWob3qK64/mgX/9ASlZqZLGC8E5yxIQFIAcC9773fIGe\n"
      "Kb6J1UAdgTmONKlhMfisR0GGG2M8FmC0kpiHgTOhAI92wQ2AaCKVAgMBAAE=\n"
      "-----END RSA PUBLIC KEY-----\n"},
     {ec1,
      "-----BEGIN EC PRIVATE KEY-----\n"
      "MHcCAQEEICqIn1PYvjod0Ha75fNX4yHZIuco7FSVhaXG90tAPp8zoAoGCCqGSM49\n"
      "AwEHoUQDQgAE9DiKpL+Xna135NirpQo1QYPJD4bzknmK+8wP5f/TPziVWIQMXsI/\n"
      "ahT8u6zJL6dzUqphIdivyolfSc2p2pRfhQ==\n"
      "-----END EC PRIVATE KEY-----\n"},
     {ec8,
      "-----BEGIN PRIVATE KEY-----\n"
      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKoifU9i+Oh3Qdrvl\n"
      "81fjIdki5yjsVJWFpcb3S0A+nzOhRANCAAT0OIqkv5edrXfk2KulCjVBg8kPhvOS\n"
      "eYr7zA/l/9M/OJVYhAxewj9qFPy7rMkvp3NSqmEh2K/KiV9JzanalF+F\n"
      "-----END PRIVATE KEY-----\n"},
     {ecpub,
      "-----BEGIN PUBLIC KEY-----\n"
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9DiKpL+Xna135NirpQo1QYPJD4bz\n"
      "knmK+8wP5f/TPziVWIQMXsI/ahT8u6zJL6dzUqphIdivyolfSc2p2pRfhQ==\n"
      "-----END PUBLIC KEY-----\n"},
     {ed8,
      "-----BEGIN PRIVATE KEY-----\n"
      "MC4CAQAwBQYDK2VwBCIEIKWTe5lEpI2XxJdPmkH8m/Sl/6o5i9/lNdmV3LbMzPua\n"
      "-----END PRIVATE KEY-----\n"},
     {edpub,
      "-----BEGIN PUBLIC KEY-----\n"
      "MCowBQYDK2VwAyEAR6jFanz3Aetut5imJ7YLxUBf4sFBBvns39OEaip/nOU=\n"
      "-----END PUBLIC KEY-----\n"},
     {cert,
      "-----BEGIN CERTIFICATE-----\n"
      "MIICTjCCAbegAwIBAgIUTZ9bg3YOwjJX4BMva1JOPTOVUW4wDQYJKoZIhvcNAQEL\n"
      "BQAwODELMAkGA1UEBhMCTk8xEDAOBgNVBAoMB0V4YW1wbGUxFzAVBgNVBAMMDmlz\n"
      "c3Vlci5leGFtcGxlMCAXDTI2MTEyNjA0MTk1OFoYDzIwNTQwNDEzMDQxOTU4WjA4\n"
      "MQswCQYDVQQGEwJOTzEQMA4GA1UECgwHRXhhbXBsZTEXMBUGA1UEAwwOaXNzdWVy\n"
      "LmV4YW1wbGUwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAMLVdPmW/2e12c/x\n"
      "1pnRMbGcKNeuYOAyKcSTWqxHsuUl+o6cNXDMin8dVevS5il2N2k5C+83BPJ2ZWob\n"
      "3qK64/mgX/9ASlZqZLGC8E5yxIQFIAcC9773fIGeKb6J1UAdgTmONKlhMfisR0GG\n"
      "G2M8FmC0kpiHgTOhAI92wQ2AaCKVAgMBAAGjUzBRMB0GA1UdDgQWBBQrxXrE4/OS\n"
      "soFGmpU50Uf6S7RmwDAfBgNVHSMEGDAWgBQrxXrE4/OSsoFGmpU50Uf6S7RmwDAP\n"
      "BgNVHRMBAf8EBTADAQH/MA0GCSqGSIb3DQEBCwUAA4GBAABhMOSD72+9WUM3lPEW\n"
      "ogypj6LaQ86ias7JViKyiHJAxWXvueekrhcwsdxf6hS5ZBjMAiTr/TrifGvSHAAa\n"
      "a/9j0mzV9s9C6NHfU5xJqNY1ln06fXDfGm+3Ol+kn6+wunpEkdbgwsPCJ8vjo7/0\n"
      "NldDtHi+27YAt9QHJ+tT6OCm\n"
      "-----END CERTIFICATE-----\n"},
     {ecenc,
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
      "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAg8WG1L2S1M8wICCAAw\n"
      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELZj9wS9i9mXwmv9bOICw4kEgZA1\n"
      "b14XbsRaxovd0yP30LZScu+2qLfOYMVk28FHGH2mhSf8fwfnXsadCiACUtq1yKon\n"
      "9saHqqAag/lRRAIZBDB4BH57M9APXLs3Q3PmHdBLiLTznSx+pxAvPUJqFpqLHYOc\n"
      "wuW1AaTSxoZ6X+tJ55uS/T5G8RVz5I74bUcEV6igJZFyp0aEU9gPomzf6eY8C0Q=\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n"},
     {rsaenc,
      "-----BEGIN RSA PRIVATE KEY-----\n"
      "Proc-Type: 4,ENCRYPTED\n"
      "DEK-Info: AES-128-CBC,2578EE288A88C70662B08860356FA026\n"
      "\n"
      "crni1EM/SnVpYwtpkT0Q9VbkvE5foibFdcXPvYi+YgW9YItPX35bcGDADjwZdoQe\n"
      "stOlsLWk1CsMu32KJLy9Krohs5tjimQxTRzNtKAy5Jnd0k46IfS3t2jI+yHbCUPC\n"
      "QaGxlLIRcOLKL2KTrdLrWYvZWTgO8kDUWdWuGb2VuLs3ipaByRM+vzqrI55Dd0ky\n"
      "lKw31JphynMNPFMqtqa6lKoJ4VLOcjE4dwwDIx12mt++MdQYyT1y7Jd4r9bv2UUr\n"
      "JdJmxfaQ5+8EnDKQ9P/s5ebJAk5DgzIROUQYp+v9O6ZD+xHVQIMj15hrY/rKJLLp\n"
      "XcniejUG/hKDkx9KBgMraSuwd3S30+L8RB19Xq4wbjwha7TP8g27mE97v4LUjbrI\n"
      "TndPcP13FhE+rQVgh0HtfuX9ShvehIZH41nbyrsit0fJb8b8N0J6iMwX+CykWZMb\n"
      "0HSAwWzPRBvOzJbnJPIyB0OogxYnJ049m/kRJyF97gGKGjPFTEhIN8OLn6iQnuPe\n"
      "7BT1KF9yNT5C5cQnL5QIDG68tZxoF53n4zV60j59iDOOqmywNaAQcpGxfYoj/7pS\n"
      "U7VRFCJIgVG/8FAs6byPVFBiI4M1TUjCjVnsGqknGo6q8xSFxLrI2lFS2Q9/d+Wj\n"
      "bcaEC8XDj6ZCa9XTTxndhv4F9+Ppcam59+b5DmfaCTE2wco/RYUIXhqClHVmhUlo\n"
      "jRhGQruacp3jsRWHRQLyE6InmgHt9nKg4e2EEPAjp7S0UqcRPruV2Gg3YKTP0pOs\n"
      "7xbN46jHOPWtiwx9C7EbojC3+SOqoK5wYXuJba4ZQgUcN7mTriM+j20yg3A1CtTW\n"
      "-----END RSA PRIVATE KEY-----\n"}
    ].
