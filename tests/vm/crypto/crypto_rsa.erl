%% RSA: signatures and encryption with every padding, made here or by OpenSSL with the keys below; what is none of either.
-module(crypto_rsa).
-export([start/0]).

start() ->
    [deterministic(Key, Hash) || Key <- keys(), Hash <- [none | hashes()]],
    [salted(Key, Hash, Salt) || Key <- keys(), Hash <- [sha, sha256, sha3_256], Salt <- [-2, -1, 0, 1, 20, 60]],
    salts(),
    masks(),
    [sizes(Key) || Key <- keys()],
    made_elsewhere(),
    tampered(),
    public_keys(),
    private_keys(),
    options(),
    [encryption(Key) || Key <- keys()],
    decryption(),
    encryption_options(),
    encryption_keys(),
    public_of_private().

hashes() -> [md5, sha, sha224, sha256, sha384, sha512, sha3_224, sha3_256, sha3_384, sha3_512].

public([E, N | _]) -> [E, N].

%% Signatures with PKCS #1 v1.5 are the same every time, by the factors or without them.
deterministic([E, N, D | _] = Key, Hash) ->
    Signature = crypto:sign(rsa, Hash, <<"message">>, Key),
    erlang:display(
        {Hash, binary:encode_hex(Signature), crypto:sign(rsa, Hash, <<"message">>, [E, N, D]) =:= Signature,
         crypto:verify(rsa, Hash, <<"message">>, Signature, [E, N]), crypto:verify(rsa, Hash, <<"Message">>, Signature, [E, N]),
         crypto:verify(rsa, sha512, <<"message">>, Signature, [E, N])}).

pss(Salt) -> [{rsa_padding, rsa_pkcs1_pss_padding}, {rsa_pss_saltlen, Salt}].

salted(Key, Hash, Salt) ->
    Message = ["mess", <<"age">>],
    display({pss, Hash, Salt},
        fun() ->
            Signature = crypto:sign(rsa, Hash, Message, Key, pss(Salt)),
            Digest = {digest, crypto:hash(Hash, Message)},
            {byte_size(Signature), same_again(Salt, Signature, crypto:sign(rsa, Hash, Message, Key, pss(Salt))),
             crypto:verify(rsa, Hash, Digest, Signature, public(Key), pss(Salt)),
             crypto:verify(rsa, Hash, <<"Message">>, Signature, public(Key), pss(Salt)),
             crypto:verify(rsa, Hash, Message, Signature, public(Key))}
        end).

%% Two salts of one byte are the same every 256th time.
same_again(1, Signature, Again) -> byte_size(Signature) =:= byte_size(Again);
same_again(_, Signature, Again) -> Signature =:= Again.

%% Which size of a salt a verifier takes. With -2 a signer chooses one, not the same in every release of OpenSSL.
salts() ->
    Key = hd(keys()),
    [begin
         Signature = crypto:sign(rsa, sha256, <<"message">>, Key, pss(Made)),
         display({salt, Made, Taken}, fun() -> crypto:verify(rsa, sha256, <<"message">>, Signature, public(Key), pss(Taken)) end)
     end || Made <- [-1, 0, 32, 40, 94], Taken <- [-2, -1, 0, 32, 40, 94]].

masks() ->
    Key = hd(keys()),
    [display({mask, Made, Taken},
         fun() ->
             Signature = crypto:sign(rsa, sha256, <<"message">>, Key, pss(-1) ++ Made),
             crypto:verify(rsa, sha256, <<"message">>, Signature, public(Key), pss(-1) ++ Taken)
         end) || Made <- mask_options(), Taken <- mask_options()].

mask_options() -> [[]] ++ [[{rsa_mgf1_md, Hash}] || Hash <- [md5, sha, sha256, sha512, sha3_256, blake2b, none, foo]].

%% What fits between the least padding and the modulus.
sizes(Key) ->
    [display({size, Padding, Size},
         fun() ->
             Message = binary:copy(<<1>>, Size),
             Signature = crypto:sign(rsa, none, Message, Key, [{rsa_padding, Padding}]),
             {byte_size(Signature), crypto:verify(rsa, none, Message, Signature, public(Key), [{rsa_padding, Padding}]),
              crypto:verify(rsa, none, {digest, Message}, Signature, public(Key), [{rsa_padding, Padding}])}
         end) || Padding <- [rsa_pkcs1_padding, rsa_no_padding], Size <- [0, 1, 117, 118, 119, 127, 128, 129, 130]].

%% With PSS by OpenSSL, of <<"message">>.
made_elsewhere() ->
    [Key | _] = keys(),
    [erlang:display({Hash, crypto:verify(rsa, Hash, <<"message">>, hex(Hex), public(Key), pss(-1)),
                     crypto:verify(rsa, Hash, <<"massage">>, hex(Hex), public(Key), pss(-1))}) || {Hash, Hex} <- signatures()].

tampered() ->
    Key = hd(keys()),
    [begin
         Good = crypto:sign(rsa, sha256, <<"message">>, Key, Options),
         [display({tampered, Options, At},
              fun() -> crypto:verify(rsa, sha256, <<"message">>, flipped(Good, At), public(Key), Options) end) || At <- [0, 1, 64, 126, 127]],
         [display({sized, byte_size(Bad)}, fun() -> crypto:verify(rsa, sha256, <<"message">>, Bad, public(Key), Options) end)
          || Bad <- [<<>>, <<0>>, <<0, Good/binary>>, <<Good/binary, 0>>, binary:part(Good, 0, 127), <<0:1024>>, <<1:1024>>, <<-1:1024>>]]
     end || Options <- [[], pss(-1), pss(-2)]].

flipped(Bytes, At) ->
    <<Before:At/binary, Byte, Rest/binary>> = Bytes,
    <<Before/binary, (Byte bxor 1), Rest/binary>>.

public_keys() ->
    [E, N | _] = Key = hd(keys()),
    Signature = crypto:sign(rsa, sha256, <<"message">>, Key),
    [display({public_key, At}, fun() -> crypto:verify(rsa, sha256, <<"message">>, Signature, Public) end)
     || {At, Public} <- numbered([[E, N], [<<0, E/binary>>, <<0, N/binary>>], [N, E], [N, N], [<<3>>, N], [], [E], [E, N, E], foo, [E | N],
                                  [E, foo], [binary:decode_unsigned(E), binary:decode_unsigned(N)]])].

private_keys() ->
    [E, N, D, P, Q, DP, DQ, QI] = Key = hd(keys()),
    Signature = crypto:sign(rsa, sha256, <<"message">>, Key),
    [display({private_key, At}, fun() -> crypto:sign(rsa, sha256, <<"message">>, Private) =:= Signature end)
     || {At, Private} <- numbered([[E, N, D], Key, [binary:decode_unsigned(Number) || Number <- Key], [E, N, D, Q, P, DQ, DP, QI],
                                   [E, N, D, P, Q, DP, DQ, <<1>>], [E, N, D, P, Q, DQ, DP, QI], [E, N, D, P, P, DP, DQ, QI], [E, N, <<1>>],
                                   [], [E, N], [E, N, D, P], [E, N, D, P, Q], [E, N, D, P, Q, DP, DQ], Key ++ [E], foo, [E, N, foo]])].

numbered(List) -> lists:zip(lists:seq(1, length(List)), List).

options() ->
    Key = hd(keys()),
    Signature = crypto:sign(rsa, sha256, <<"message">>, Key),
    Options = [foo, [foo], [{foo, bar}], [{rsa_padding, rsa_pkcs1_padding}], [{rsa_padding, rsa_pkcs1_oaep_padding}], [{rsa_padding, foo}],
               [{rsa_padding, rsa_no_padding}], [{rsa_padding, 1}], [{rsa_pss_saltlen, -3}], [{rsa_pss_saltlen, foo}], [{rsa_pss_saltlen, 3}],
               [{rsa_mgf1_md, sha}], [{rsa_mgf1_md, foo}], [{rsa_oaep_md, sha}], [{rsa_padding, rsa_pkcs1_padding} | foo],
               [{rsa_padding, rsa_pkcs1_pss_padding}, {rsa_padding, rsa_pkcs1_padding}]],
    [begin
         display({sign, Given}, fun() -> crypto:sign(rsa, sha256, <<"message">>, Key, Given) =:= Signature end),
         display({verify, Given}, fun() -> crypto:verify(rsa, sha256, <<"message">>, Signature, public(Key), Given) end)
     end || Given <- Options],
    {Point, Secret} = crypto:generate_key(ecdh, secp256r1),
    [display({ecdsa, Given}, fun() -> is_binary(crypto:sign(ecdsa, sha256, <<"message">>, [Secret, secp256r1], Given)) end)
     || Given <- [[], foo, [foo], [{rsa_padding, rsa_pkcs1_padding}]]],
    display(ecdsa_verify, fun() -> crypto:verify(ecdsa, sha256, <<"message">>, <<>>, [Point, secp256r1], [foo]) end),
    [display({order, At}, Call)
     || {At, Call} <- numbered([fun() -> crypto:sign(rsa, foo, foo, foo, [foo]) end,
                                fun() -> crypto:sign(rsa, sha256, foo, foo, [foo]) end,
                                fun() -> crypto:sign(rsa, sha256, <<>>, foo, [foo]) end,
                                fun() -> crypto:sign(rsa, sha256, {digest, <<>>}, Key) end,
                                fun() -> crypto:sign(rsa, blake2b, <<>>, Key) end,
                                fun() -> crypto:verify(rsa, blake2s, <<>>, Signature, public(Key)) end,
                                fun() -> crypto:sign(rsa, none, <<>>, Key, pss(-1)) end,
                                fun() -> crypto:verify(rsa, none, <<>>, Signature, public(Key), pss(-1)) end,
                                fun() -> crypto:verify(rsa, sha256, <<>>, foo, foo, [foo]) end,
                                fun() -> crypto:verify(rsa, sha256, <<>>, foo, foo) end])].

paddings() ->
    [rsa_pkcs1_padding, rsa_no_padding, [], [{rsa_padding, rsa_pkcs1_oaep_padding}], [{rsa_padding, rsa_pkcs1_oaep_padding}, {rsa_oaep_md, sha256}],
     [{rsa_padding, rsa_pkcs1_oaep_padding}, {rsa_oaep_md, sha512}],
     [{rsa_padding, rsa_pkcs1_oaep_padding}, {rsa_oaep_label, <<"label">>}, {rsa_mgf1_md, md5}]].

encryption(Key) ->
    [begin
         Text = binary:copy(<<"x">>, Size),
         display({encrypted, Padding, Size},
             fun() -> crypto:private_decrypt(rsa, crypto:public_encrypt(rsa, Text, public(Key), Padding), Key, Padding) =:= Text end),
         display({by_private, Padding, Size},
             fun() -> crypto:public_decrypt(rsa, crypto:private_encrypt(rsa, Text, Key, Padding), public(Key), Padding) =:= Text end)
     end || Padding <- paddings(), Size <- [0, 1, 62, 63, 86, 87, 88, 117, 118, 119, 127, 128, 129, 130]].

decryption() ->
    Key = hd(keys()),
    [begin
         display({decrypted, Padding, byte_size(Bytes)}, fun() -> crypto:private_decrypt(rsa, Bytes, Key, Padding) end),
         display({by_public, Padding, byte_size(Bytes)}, fun() -> crypto:public_decrypt(rsa, Bytes, public(Key), Padding) end)
     end || Padding <- [rsa_no_padding, rsa_pkcs1_oaep_padding],
            Bytes <- [<<0>>, <<1>>, <<2>>, <<1:1024>>, <<2:1024>>, <<-1:1024>>, <<1:1032>>]].

encryption_options() ->
    Key = hd(keys()),
    [display({option, Given},
         fun() -> crypto:private_decrypt(rsa, crypto:public_encrypt(rsa, <<"text">>, public(Key), Given), Key, Given) end)
     || Given <- [foo, [foo], [{foo, bar}], [{rsa_padding, foo}], rsa_pkcs1_pss_padding, [{rsa_oaep_md, foo}], [{rsa_oaep_md, sha}],
                  [{rsa_mgf1_md, foo}], [{rsa_mgf1_md, sha}], [{rsa_oaep_label, foo}], [{rsa_oaep_label, <<"a">>}], [{signature_md, sha}],
                  [{signature_md, foo}], [{signature_md, none}], [{rsa_pss_saltlen, 1}], [{rsa_padding, rsa_pkcs1_padding} | foo],
                  [{rsa_padding, rsa_pkcs1_oaep_padding}, {rsa_oaep_md, blake2b}], [{rsa_padding, rsa_pkcs1_oaep_padding}, {rsa_mgf1_md, blake2s}]]],
    Encrypted = crypto:public_encrypt(rsa, <<"text">>, public(Key), [{rsa_padding, rsa_pkcs1_oaep_padding}, {rsa_oaep_label, <<"a">>}]),
    [display({label, Given}, fun() -> crypto:private_decrypt(rsa, Encrypted, Key, [{rsa_padding, rsa_pkcs1_oaep_padding} | Given]) end)
     || Given <- [[], [{rsa_oaep_label, <<"b">>}], [{rsa_oaep_label, <<"a">>}], [{rsa_oaep_label, <<"a">>}, {rsa_mgf1_md, sha256}]]].

encryption_keys() ->
    Public = public(hd(keys())),
    [display({key, Algorithm, At}, fun() -> is_binary(crypto:public_encrypt(Algorithm, Text, Key, Options)) end)
     || Algorithm <- [rsa, foo],
        {At, {Text, Key, Options}} <- numbered([{<<>>, foo, []}, {foo, foo, []}, {["a"], Public, []}, {<<>>, [], []}, {<<>>, tl(Public), []},
                                                {<<>>, foo, [{foo, bar}]}, {<<>>, Public, []}])].

public_of_private() ->
    [display(public_of, fun() -> crypto:privkey_to_pubkey(rsa, Key) =:= [binary:decode_unsigned(Number) || Number <- public(Key)] end)
     || Key <- keys()].

display(What, Call) ->
    erlang:display(
        {What, try Call() of
                   Bytes when is_binary(Bytes) -> binary:encode_hex(Bytes);
                   Other -> Other
               catch
                   error:{Id, {File, Line}, Text} when is_list(File), is_integer(Line) -> {Id, Text};
                   Class:Reason -> {Class, Reason}
               end}).

hex(Text) -> binary:decode_hex(list_to_binary(Text)).

%% Of 1024 bits, and of 1031, where the message that PSS encodes ends at a byte that the modulus shares.
keys() ->
    [[hex("010001"),
      hex("D25B30402F60035208D070553A55AEE8DDB23B9609E251F254117A8030A27C3FD3A6694AC19C125ED836FF950E9BDC73"
          "2FC6C68D1B6911BE4ADD714C158B7DC2E75CBA1F85F2FCAED3AB78A502EF8383B23793E9AE17CB09C9C414AED518B107"
          "2391B282F371479831BB90A038BC1712FCE787730404D94F4C4FF4D1C6C28D2D"),
      hex("7020252F0151A75371D951174CD9E13AC4F93D23B3AF0C49242090F0857C06C8AAD3782A5DDB083BBFFA48EFB5F2C466"
          "2DA041B37359E5184EA58CBFA6784D16C07EB896B2BEAA227F89F83906AA096D2DEC703AC03BBC6721A5F6E607CFC47F"
          "79546D4947140AD33768C18CEE53C199F92A29B07AC220994AD3F0B8EC17952D"),
      hex("EA80ACD856A9ACE0357A403A346C97D450ED83A14502758CBEA39A97A468C65ED740C6F46CE897E115CA4CD205408B4D"
          "04EBA876CC249EFCD5C5003475F61AAB"),
      hex("E5A3D7D4607C6B9849C804501C476DC0F545D3A3C128A58EFF597CB8B37661386EC288A7EE1C279E873C8AA68C69FB04"
          "E42CA81D09DB61958B16F57CD2BF7787"),
      hex("8A3F09A710903F267EE06F74E0EB14274AFE7B175C03B32122527914E50C0FC661C802829EA210C7D57CCA0516AB9273"
          "F96EA486449B624F54072BB3C1C730B9"),
      hex("79A8738F700E7A7213A483A46D56EA2E6FC2AE7CF2B835FDAC0A1CA93D6A59D72BD6A3CF53B656C7059E6D560ECD96CE"
          "E09347FD1A5BBF371A98EF3551F15DC1"),
      hex("05AB6C98D81B73C3ED583BD0FF8E686EBC6AAF9A35AE75AD874AB5F103279CB1BA5EC957862DED9199FE90C02906B51B"
          "D6403F0234748EBF593E11BEC5F18A91")],
     [hex("03"),
      hex("611DE27ADE000C2A386F6384EEF7922919A9128AE4EC73BB49E460DD874ADDC174527EB545B854E337EBC8C5E6CC3952"
          "713B0B784A087F2A335498BAEDEED56B51668B81E183C514EFA621206785F455604FFBF956E2BD442F03AB80AAF7268C"
          "C052CB1CF14F595362690E13C1DA04C23D105AF8C7683598EE23E47FCF29A09C6B"),
      hex("40BE96FC9400081C259F97ADF4A50C1B6670B70743484D2786984093AF873E80F836FF2383D038977A9D3083EF32D0E1"
          "A0D207A586B054C6CCE3107C9E9F38F2283291FA3F13BEC347E83603077C06C65D5CC0ED651CD66C12033105D18F7E12"
          "868459E71DCD99F6C99A6596264899FAB189531B91F4CAB7F09EEE0F172C46E3AB"),
      hex("0E5311686AB15B11C158CAC385C359972D977A356A6482DF42D0CA5E15BEF9D1F7D745E7FD44047380DE50B42DA1D472"
          "63EF996DB76E6667288A59437E346FCFC1"),
      hex("06C79F221834CBDE4271055856889094A6AD605FD4D2F8C2D12E1799DAE0EF9EFEB4FE5A4756EDEDB32324FE5ACB4957"
          "CED2C4E1B50A9F1DDCAB2625AE32C6772B"),
      hex("098CB6459C763CB680E5DC82592CE664C90FA6CE46EDAC94D735DC3EB929FBE14FE4D9455382ADA255E98B22C9168DA1"
          "97F510F3CF9EEEEF705C3B825422F5352B"),
      hex("048514C1657887E981A0AE3AE45B0B0DC4739595388CA5D7361EBA6691EB4A69FF23543C2F8F494922176DFEE73230E5"
          "348C8341235C6A13E872196E7421D9A4C7"),
      hex("0C7976538A186B07A5F0634EF96290B9A666CC1FE821A8E5321A998CF025DC4E9D4F48694C78BF253C0A3C7AA059E90F"
          "17903BC19FB056E4A7587F6324057C6608")]].

signatures() ->
    [{sha, "0FE784DFFB3E069D1CBB99E7D9BB5B349C138EE1C02CDBCEFB85DF82D7759CC5228640B346F1BCE2743C01C98E4C54EB"
          "C619B11C71A7125BA01E4FA2D43AA844653B67809338ECE967B524F3839F2335D1424FAA201588B533EAAE8B18922298"
          "18B246110B8C34FE6C6B55B3925747A008DE7205FB951EB6EB914B0DD40DB44C"},
     {sha256, "14DEBB6E653203F9797E34E8E6283629C16FAF1B94CFE587B0475D5FBB2FA948B57D0AF5310CBE77280DED56F608148D"
          "5C3A85DB9E4B0F466B1EB51EF6992E1F813249A83A50CE613A8ED7F81505D8A311F9B0192DDD388A2F426E8FD2336A9D"
          "6AEA95A3053507D41CDE09A82D482160D972DB56F245403834F0127FD1F37E36"},
     {sha384, "865DA414D95C8304EED084043C1D79FBB9565B9E08C3AD3B52D9EA456F3C1B955011040FD3D789C95B00CDD4A5501997"
          "F4DFFD65FBB2E39F88DF5770CB4BCF3022FA354B82E1DB5FFB034A820A625AE555ED83330EEC2310BD2ADCD11F4DE4BB"
          "609BA39370D31920844A3959EB3983872BFE4427B896ADBF65BD9F934DE8B3B8"}].
