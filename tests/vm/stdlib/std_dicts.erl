%% dict, orddict, gb_trees.
-module(std_dicts).
-export([start/0]).

start() ->
    D = dict:from_list([{a, 1}, {b, 2}]),
    p(lists:sort(dict:to_list(dict:update_counter(a, 5, dict:store(c, 3, D))))),
    p(dict:find(z, D)),
    p(dict:fold(fun(_, V, A) -> V + A end, 0, D)),
    O = orddict:store(b, 2, orddict:store(a, 1, orddict:new())),
    p(orddict:append(l, x, orddict:map(fun(_, V) -> V * 2 end, O))),
    T = lists:foldl(fun(K, Acc) -> gb_trees:enter(K, K * K, Acc) end, gb_trees:empty(), lists:seq(1, 100)),
    p([gb_trees:size(T), gb_trees:get(50, T), gb_trees:smallest(T), gb_trees:largest(T), gb_trees:lookup(101, T)]),
    p(lists:sublist(gb_trees:keys(gb_trees:balance(gb_trees:delete(1, T))), 3)).

p(X) -> io:format("~p~n", [X]).
