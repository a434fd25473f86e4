%% crypto:sign/4 and verify/5: ECDSA with signatures that OpenSSL made and with fresh ones, Ed25519, and what is no signature.
-module(crypto_signatures).
-export([start/0]).

start() ->
    [made_elsewhere(Row) || Row <- signatures()],
    [fresh(Curve, Hash) || Curve <- [secp256r1, secp384r1, secp256k1], Hash <- [sha, sha256, sha384, sha512, sha3_256, blake2b]],
    ed25519(),
    encodings().

%% Of <<"message">>, with the secret key below.
signatures() ->
    [
     {secp256r1, sha,
       "30460221009696324E12EAD1AC79E77ADCC9B9282205A6D55D07E4B639B7F54F5962069AC7022100813175710D72F8844FA8"
       "430FB371760A2EA25C19EFD389A440D29DA3F496E99B"},
     {secp256r1, sha256,
       "3045022100C3CEFEAC589514AA1AC7BA796F44BAF37036638A739773AE086DD5295102CEDA02207DE10ADF7C252EC47C8634"
       "B1B5B3F2F6684C76520B9151B86F061C1E64F29FDA"},
     {secp256r1, sha512,
       "3045022038E601B23058DB38B823936B01797D33BF1B9461CE645CB8BF2089BEE4A1A243022100B45D3A3104D38A904F0FA5"
       "196F834CA37E5F9F92B3109B96540BEED207977705"},
     {secp384r1, sha256,
       "3065023100922A016D3343F568719E1CCC582E006B7659E0484B11877B7BD0A1DEB28633264DA930E2C273F68BA397E7807C"
       "8F381A0230278E4D580C4832ED4F1C20EC60CD5256C9DD475BC12ECBED75AEA48995F97844EE94E15033E3E93B5B47851946"
       "670E00"},
     {secp384r1, sha384,
       "3065023100E5CF3173CC580D17543D377CEF8B9C3BE2F234A97D2D4AACA9194091F8AF98FA54C70EA0A210BAC3BE62248DBD"
       "8CC9810230108693A2A300A0D68587FD5BEADFE5C605407303E5CAE614F66715A95F6712BD4A0AA6F71C873F09F1E0E19702"
       "FCBE5C"},
     {secp384r1, sha512,
       "306402302CD95EA38CE7C0A82B20CB70198779FD9297602190CEA7887E6C2237A170BAD27006B66A7E21DEBAA3BE7A2416C5"
       "BA7B02306034B19E56C0772D15D79525E0C3AE9316E18E5ADC72CA70D13ADF74FB8473773981BDA57FCCBAC14714ABF0EBB7"
       "B0CB"},
     {secp256k1, sha256,
       "3044022022CD055B31EE3CCAC1323B0D7DDBBF952C94086A3B517E1A6BC59111B08709460220537ED239C659ADC6C3EBB9A9"
       "5B8B59E3CAC9E1E535ED847C5F3B4A59D7123C5B"},
     {secp256k1, sha3_256,
       "3045022100CB58716889058FA95C67157EC13A2652D90637A7611748356B4E1A2CAD336DBB02202F42910B957F9E1F5FDDDB"
       "32E733878B43AA39CD6B7AAD1D3CB96EA4948E5767"}
    ].

secret() -> 16#123456789ABCDEF0123456789ABCDEF.

made_elsewhere({Curve, Hash, Hex}) ->
    {Public, _} = crypto:generate_key(ecdh, Curve, secret()),
    Signature = binary:decode_hex(list_to_binary(Hex)),
    Verify = fun(Message, S) -> crypto:verify(ecdsa, Hash, Message, S, [Public, Curve]) end,
    erlang:display(
        {Curve, Hash,
         [Verify(<<"message">>, Signature), Verify({digest, crypto:hash(Hash, "message")}, Signature),
          Verify(["mess", <<"age">>], Signature), Verify(<<"Message">>, Signature), Verify(<<"message">>, flip_last(Signature)),
          Verify(<<"message">>, <<>>), Verify(<<"message">>, <<Signature/binary, 0>>)]}).

fresh(Curve, Hash) ->
    {Public, Private} = crypto:generate_key(ecdh, Curve),
    {Other, _} = crypto:generate_key(ecdh, Curve),
    Signature = crypto:sign(ecdsa, Hash, <<"message">>, [Private, Curve]),
    Digest = crypto:sign(ecdsa, Hash, {digest, crypto:hash(Hash, "message")}, [Private, Curve]),
    erlang:display(
        {Curve, Hash,
         [crypto:verify(ecdsa, Hash, <<"message">>, S, [Key, Curve]) || S <- [Signature, Digest], Key <- [Public, Other]],
         Signature =/= Digest}).

%% RFC 8032, 7.1, test 3, and others: the signature of a message is always the same.
ed25519() ->
    Secret = binary:decode_hex(<<"C5AA8DF43F9F837BEDB7442F31DCB7B166D38535076F094B85CE3A2E0B4458F7">>),
    {Public, Secret} = crypto:generate_key(eddsa, ed25519, Secret),
    [begin
         Signature = crypto:sign(eddsa, none, Message, [Secret, ed25519]),
         Verify = fun(M, S) -> crypto:verify(eddsa, none, M, S, [Public, ed25519]) end,
         erlang:display(
             {binary:encode_hex(Signature),
              [Verify(Message, Signature), Verify(<<Message/binary, 0>>, Signature), Verify(Message, flip_last(Signature)),
               Verify(Message, flip_first(Signature)), Verify(Message, <<>>), Verify(Message, <<0:512>>)]})
     end || Message <- [<<16#AF, 16#82>>, <<>>, binary:copy(<<"long ">>, 1000)]].

%% DER has one encoding of a signature.
encodings() ->
    {Public, _} = crypto:generate_key(ecdh, secp256r1, secret()),
    [Der] = [binary:decode_hex(list_to_binary(Hex)) || {secp256r1, sha512, Hex} <- signatures()],
    <<16#30, _, 2, RSize, R:RSize/binary, 2, SSize, S:SSize/binary>> = Der,
    Ways = [sequence([integer(R), integer(S)]), sequence([integer(<<0, R/binary>>), integer(S)]), sequence([integer(R)]),
            sequence([integer(S), integer(R)]), sequence([integer(<<>>), integer(S)]), sequence([integer(R), integer(<<>>)]),
            sequence([integer(<<0>>), integer(S)]), sequence([integer(R), integer(<<0>>)]), sequence([integer(R), integer(S), <<5, 0>>]),
            sequence([integer(<<-1:512>>), integer(S)]), sequence([integer(<<0, -1:256>>), integer(<<0, -1:256>>)]),
            <<16#31, (binary_part(Der, 1, byte_size(Der) - 1))/binary>>, binary_part(Der, 0, byte_size(Der) - 1),
            <<16#30, 16#81, (binary_part(Der, 1, byte_size(Der) - 1))/binary>>]
        ++ [binary_part(Der, 0, Size) || Size <- lists:seq(0, 10)],
    erlang:display([crypto:verify(ecdsa, sha512, <<"message">>, Way, [Public, secp256r1]) || Way <- Ways]).

sequence(Parts) -> Content = iolist_to_binary(Parts), <<16#30, (byte_size(Content)), Content/binary>>.
integer(Bytes) -> <<2, (byte_size(Bytes)), Bytes/binary>>.

flip_last(Bytes) -> Size = byte_size(Bytes) - 1, <<Rest:Size/binary, Last>> = Bytes, <<Rest/binary, (Last bxor 1)>>.
flip_first(<<First, Rest/binary>>) -> <<(First bxor 1), Rest/binary>>.
