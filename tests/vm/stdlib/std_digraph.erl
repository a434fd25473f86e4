%% An external graph library: digraph with topological order.
-module(std_digraph).
-export([start/0]).

start() ->
    G = digraph:new(),
    [digraph:add_vertex(G, V) || V <- [a, b, c, d]],
    [digraph:add_edge(G, X, Y) || {X, Y} <- [{a, b}, {b, c}, {c, d}]],
    io:format("~p~n", [digraph_utils:topsort(G)]),
    io:format("~p~n", [digraph:get_path(G, a, d)]),
    io:format("~p~n", [lists:sort(digraph_utils:reachable([b], G))]),
    io:format("~p~n", [digraph_utils:is_acyclic(G)]).
