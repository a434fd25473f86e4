%% Maps in guards: is_map_key, map_get, map_size, is_map.
-module(map_guards).
-export([start/0]).

start() ->
    [erlang:display(f(X)) || X <- [#{a => 1}, #{a => 2}, #{b => 1}, #{}, [], a]].

f(M) when map_get(a, M) =:= 1 -> a_is_one;
f(M) when is_map_key(a, M) -> has_a;
f(M) when map_size(M) =:= 0 -> empty;
f(M) when is_map(M) -> map;
f(_) -> other.
