%% The maps module on a small map.
-module(map_module).
-export([start/0]).

start() ->
    M = #{a => 1, b => 2, c => 3},
    erlang:display(lists:sort(maps:keys(M))),
    erlang:display(lists:sort(maps:values(M))),
    erlang:display(lists:sort(maps:to_list(M))),
    erlang:display(maps:find(a, M)),
    erlang:display(maps:find(z, M)),
    erlang:display(maps:is_key(b, M)),
    erlang:display(maps:put(d, 4, M)),
    erlang:display(maps:update(a, 10, M)),
    erlang:display(maps:update_with(a, fun(X) -> X + 1 end, M)),
    erlang:display(maps:update_with(z, fun(X) -> X + 1 end, 0, M)),
    erlang:display(maps:merge(M, #{a => x, z => y})),
    erlang:display(maps:with([a, c, q], M)),
    erlang:display(maps:without([a, q], M)),
    erlang:display(maps:take(a, M)),
    erlang:display(maps:take(z, M)),
    erlang:display(maps:filter(fun(_, V) -> V > 1 end, M)),
    erlang:display(maps:fold(fun(_, V, A) -> V + A end, 0, M)),
    erlang:display(maps:map(fun(K, V) -> {K, V} end, M)),
    erlang:display(maps:from_keys([x, y], 0)).
