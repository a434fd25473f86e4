%% Every kind of term has its place: number < atom < fun < tuple < map < nil < list < bitstring.
-module(compare_term_order).
-export([start/0]).

start() ->
    Terms = [1, 2.5, 1 bsl 80, -5, a, zz, 'A', {}, {1, 2}, {0, 0, 0}, #{}, #{a => 1}, [], [1], [a | b], <<>>, <<1>>, <<1:1>>],
    Sorted = lists:sort(lists:reverse(Terms)),
    [erlang:display(without_float(T)) || T <- Sorted],
    F = fun() -> ok end,
    erlang:display([a < F, F < {}, F < [], 1 < F]).

without_float(T) when is_float(T) -> {float, trunc(T * 10)};
without_float(T) -> T.
