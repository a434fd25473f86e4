%% mod_pow, exor, bytes_to_integer, random bytes and numbers, the generators of module rand that crypto has.
-module(crypto_numbers).
-compile({nowarn_deprecated_function, [{crypto, rand_uniform, 2}]}).
-export([start/0]).

start() ->
    [erlang:display({B, E, M, crypto:mod_pow(B, E, M)}) || B <- [0, 1, 2, 3, 12345], E <- [0, 1, 2, 65537], M <- [1, 2, 5, 7, 1 bsl 64]],
    powers(),
    erlang:display(crypto:mod_pow(<<2>>, <<0, 10>>, <<1, 0>>)),
    erlang:display(crypto:exor(<<1, 2, 3>>, [255, <<2>>, 0])),
    erlang:display(byte_size(crypto:exor(binary:copy(<<7>>, 50000), binary:copy(<<7>>, 50000)))),
    erlang:display([crypto:bytes_to_integer(B) || B <- [<<>>, <<1>>, <<0, 255>>, <<-1:200>>]]),
    erlang:display([byte_size(crypto:strong_rand_bytes(N)) || N <- [0, 1, 16, 1000, 70000]]),
    erlang:display(crypto:strong_rand_bytes(16) =/= crypto:strong_rand_bytes(16)),
    uniform(),
    generators().

powers() ->
    Modulus = (1 bsl 521) - 1,
    Base = (1 bsl 400) div 7,
    Power = crypto:mod_pow(Base, Modulus - 2, Modulus),
    erlang:display(Power),
    erlang:display((crypto:bytes_to_integer(Power) * Base) rem Modulus),
    erlang:display(crypto:mod_pow(1 bsl 3000, 3, (1 bsl 100) + 7)).

uniform() ->
    Drawn = [crypto:rand_uniform(-3, 4) || _ <- lists:seq(1, 500)],
    erlang:display(lists:usort(Drawn)),
    Large = [crypto:rand_uniform(1 bsl 100, (1 bsl 100) + 3) - (1 bsl 100) || _ <- lists:seq(1, 200)],
    erlang:display(lists:usort(Large)).

generators() ->
    _ = crypto:rand_seed(),
    erlang:display(lists:usort([rand:uniform(4) || _ <- lists:seq(1, 300)])),
    erlang:display(lists:all(fun(F) -> F >= 0 andalso F < 1 end, [rand:uniform() || _ <- lists:seq(1, 50)])),
    _ = crypto:rand_seed_alg(crypto_cache),
    erlang:display(lists:usort([rand:uniform(4) || _ <- lists:seq(1, 300)])),
    {Numbers, _} = lists:mapfoldl(fun(_, S) -> rand:uniform_s(1000000, S) end, crypto:rand_seed_alg_s(crypto_aes, "seed"), lists:seq(1, 200)),
    erlang:display(Numbers).
