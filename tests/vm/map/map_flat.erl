%% Small maps: construction, update, exact update, removal.
-module(map_flat).
-export([start/0, id/1]).

start() ->
    M = #{a => id(1), b => 2},
    erlang:display(M),
    erlang:display(M#{c => 3}),
    erlang:display(M#{a := 10}),
    erlang:display(M#{a => 10, d => id(4), b := x}),
    erlang:display(maps:remove(a, M)),
    erlang:display(maps:remove(zzz, M)),
    erlang:display(map_size(M)),
    erlang:display(#{id(k) => v, id(k) => w}),
    erlang:display(try M#{zzz := 1} catch error:R -> R end),
    erlang:display(try (id(not_a_map))#{a => 1} catch error:R2 -> R2 end).

id(X) -> X.
