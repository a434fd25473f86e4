%% The proplists module.
-module(std_proplists).
-export([start/0]).

start() ->
    L = [a, {b, 2}, {a, false}, {c, x}, {b, 3}],
    p(proplists:get_value(a, L)),
    p(proplists:get_value(z, L, default)),
    p(proplists:get_all_values(b, L)),
    p(proplists:get_bool(a, L)),
    p(proplists:delete(b, L)),
    p(proplists:is_defined(c, L)),
    p(proplists:lookup(b, L)),
    p(proplists:compact([{x, true}, {y, 1}])),
    p(proplists:unfold([x, {y, 1}])),
    p(proplists:to_map([a, {b, 2}])).

p(T) -> io:format("~p~n", [T]).
