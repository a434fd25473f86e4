%% Numbers of one to eighteen digits with every exponent near the limits of exact powers of ten: read, and written shortest.
-module(float_short_text).
-export([start/0]).

start() ->
    [erlang:display(of_digits(Digits)) || Digits <- lists:seq(1, 18)],
    erlang:display([binary_to_float(T) || T <- [<<"0.0">>, <<"-0.0">>, <<"+0.5">>, <<"000001.5000000000000000000000000">>, <<"0.000000000000000000000015">>,
        <<"123456789012345.0">>, <<"999999999999999.9">>, <<"9007199254740993.0">>, <<"1.0e22">>, <<"1.0e23">>, <<"1.0e-22">>, <<"1.0e-23">>,
        <<"123456789012345.0e22">>, <<"1.0E+5">>, <<"0.0e99999">>, <<"1.7976931348623157e308">>]]),
    erlang:display([wrong(T) || T <- [<<"1.0e309">>, <<"1.0e99999999999">>, <<"1">>, <<"1.">>, <<".5">>, <<"1.0e">>, <<"1.0e+">>, <<"1.0x">>, <<"">>, <<"-">>, <<"1.5.5">>]]),
    erlang:display([float_to_list(F, [short]) || F <- [0.1, 0.3, 2.5, 12.5, 0.1 + 0.2, 1 / 3, 2 / 3, 1.0e-5, 9.9e-6, 1.0e-4, 123456.789, 99999999999999.9,
        999999999999999.9, 0.000012345, 4503599627370496.5, 1.0e15 + 0.5, 0.5, 5.0e-324, 1.0e22, 1.0e23, -12.25]]).

%% Checksums of the bits read and of the texts written, over all exponents.
of_digits(Digits) ->
    {_, Bits, Texts} = lists:foldl(
        fun(Exponent, {Seed, Bits, Texts}) ->
            Next = (Seed * 6364136223846793005 + 1442695040888963407) band 16#FFFFFFFFFFFFFFFF,
            Whole = Next rem pow10(Digits),
            F = binary_to_float(decimal(Whole, Digits, Exponent)),
            {Next, erlang:phash2({Bits, <<F/float>>}), erlang:phash2({Texts, float_to_list(F, [short])})}
        end,
        {Digits, 0, 0},
        lists:append(lists:duplicate(4, lists:seq(-45, 45)))),
    {Digits, Bits, Texts}.

decimal(Whole, Digits, Exponent) when Exponent rem 3 =:= 0 ->
    iolist_to_binary([integer_to_list(Whole), ".0e", integer_to_list(Exponent - Digits)]);
decimal(Whole, Digits, Exponent) when Exponent rem 3 =:= 1, Exponent > 0 ->
    iolist_to_binary(io_lib_pad(Whole, Digits));
decimal(Whole, _, Exponent) ->
    iolist_to_binary(["-0.", integer_to_list(Whole), "e", integer_to_list(Exponent)]).

io_lib_pad(Whole, Digits) ->
    {Front, Back} = lists:split(Digits div 2, integer_to_list(Whole + pow10(Digits))),
    [Front, $0, $., Back].

pow10(0) -> 1;
pow10(N) -> 10 * pow10(N - 1).

wrong(T) ->
    try binary_to_float(T) catch C:R -> {C, R} end.
