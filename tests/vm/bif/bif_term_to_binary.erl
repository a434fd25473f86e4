%% Terms of every tag go to the external format and back.
-module(bif_term_to_binary).
-export([start/0]).

start() ->
    Terms = [0, 255, 256, -1, 2147483647, -2147483648, 1 bsl 40, -(1 bsl 64), 1 bsl 3000, 1.5, -0.25, a, '', true,
             {}, {1, 2}, list_to_tuple(lists:seq(1, 300)), [], [1, 2, 3], "string", [1 | 2], [a, [b]], <<>>, <<"bin">>, <<5:3>>,
             #{}, #{a => 1, "k" => <<"v">>}, lists:seq(1, 70000 div 100), lists:duplicate(300, 1000)],
    erlang:display([binary_to_term(term_to_binary(T)) =:= T || T <- Terms]),
    [erlang:display(term_to_binary(T)) || T <- Terms, small(T)],
    M = maps:from_list([{I, I} || I <- lists:seq(1, 100)]),
    erlang:display(binary_to_term(term_to_binary(M)) =:= M).

small({}) -> true;
small(T) when is_integer(T); is_float(T); is_binary(T); is_bitstring(T) -> erlang:external_size(T) < 30;
small(T) when is_list(T) -> length_is_small(T);
small(_) -> false.

length_is_small([_, _, _ | L]) when is_list(L) -> length(L) < 5;
length_is_small([]) -> true;
length_is_small(_) -> false.
