%% Every kind of term is a key, and 1 and 1.0 are different keys.
-module(map_key_types).
-export([start/0]).

start() ->
    Keys = [1, 1 bsl 70, a, {t, 1}, [l], "s", <<"b">>, <<1:3>>, #{m => 1}, [], {}, <<>>, -1],
    M = maps:from_list([{K, I} || {K, I} <- lists:zip(Keys, lists:seq(1, length(Keys)))]),
    erlang:display([maps:get(K, M) || K <- Keys]),
    N = #{1 => int, 1.0 => float},
    erlang:display([maps:get(1, N), maps:get(1.0, N), map_size(N)]),
    F = fun(X) -> X end,
    erlang:display(maps:get(F, #{F => 'fun'})),
    erlang:display(maps:get(self(), #{self() => me})),
    Many = maps:from_list([{{K, I}, I} || K <- Keys, I <- lists:seq(1, 10)]),
    erlang:display(map_size(Many)),
    erlang:display([maps:get({K, 7}, Many) || K <- Keys]).
