%% Matching maps in heads, cases and with bound keys.
-module(map_match).
-export([start/0, id/1]).

start() ->
    erlang:display(f(#{type => circle, r => 2})),
    erlang:display(f(#{type => square, side => 3})),
    erlang:display(f(#{})),
    erlang:display(f([])),
    K = id(key),
    #{K := V} = id(#{key => found, other => 1}),
    erlang:display(V),
    erlang:display(try #{missing := _} = id(#{a => 1}) catch error:{badmatch, M} -> {badmatch, M} end),
    erlang:display(nested(#{a => #{b => #{c => deep}}})).

f(#{type := circle, r := R}) -> {circle, R * R * 3};
f(#{type := T} = M) when map_size(M) > 1 -> {other, T};
f(#{}) -> map;
f(_) -> not_map.

nested(#{a := #{b := #{c := X}}}) -> X.

id(X) -> X.
