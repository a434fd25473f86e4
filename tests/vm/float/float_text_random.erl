%% Doubles of all kinds, written in every way and read back: checksums for each kind.
-module(float_text_random).
-export([start/0]).

start() -> [erlang:display({Kind, checksum(Kind, 150)}) || Kind <- [any, subnormal, power_of_two, middle, integer, short]].

checksum(Kind, Count) -> checksum(Kind, Count, 16#9E3779B97F4A7C15, 0).

checksum(_, 0, _, Sum) -> Sum;
checksum(Kind, Count, Seed, Sum) ->
    Next = (Seed * 6364136223846793005 + 1442695040888963407) band 16#FFFFFFFFFFFFFFFF,
    case double(Kind, Next bxor (Next bsr 29)) of
        <<F/float>> -> checksum(Kind, Count - 1, Next, erlang:phash2({Sum, texts(F, Next rem 250), read(F, Next)}));
        _ -> checksum(Kind, Count, Next, Sum) % infinite, or no number
    end.

double(any, R) -> <<R:64>>;
double(subnormal, R) -> <<(R band 16#800FFFFFFFFFFFFF bsr (R rem 40)):64>>;
double(power_of_two, R) -> <<((R bsr 52) bsl 52 + R rem 5 - 2):64>>;
double(middle, R) -> <<(R bsr 63):1, (1023 - 40 + R rem 100):11, R:52>>;
double(integer, R) -> <<(float(R bsr (R rem 60)))/float>>;
double(short, R) -> <<(R rem 100003 / (1 + R rem 999))/float>>.

texts(F, N) ->
    [float_to_list(F, [short]), float_to_list(F), float_to_binary(F, [{scientific, N}]), float_to_binary(F, [{scientific, N rem 20}]),
        decimals(F, N rem 30), decimals(F, N), io_lib:format("~w ~p ~e ~.12e ~g ~.3g", [F, F, F, F, F, F]), term_to_binary(F, [{minor_version, 0}])].

%% Longer texts are no texts.
decimals(F, N) ->
    try {float_to_list(F, [{decimals, N}]), float_to_list(F, [{decimals, N}, compact])}
    catch error:badarg -> badarg end.

%% What was written, digits in front and behind added, and what lies next to the middle between two doubles.
read(F, R) ->
    Long = float_to_list(F, [{scientific, 240}]),
    [binary_to_term(term_to_binary(F, [{minor_version, 0}])) | [bits(list_to_float(T)) || T <- [float_to_list(F, [short]), Long, with_digits(Long, R)]]].

bits(F) -> <<F/float>>.

with_digits(Text, R) ->
    {Digits, Exponent} = lists:splitwith(fun(C) -> C =/= $e end, Text),
    lists:sublist(Digits, 12 + R rem 200) ++ integer_to_list(R) ++ Exponent.
