%% Maps order by size, then keys, then values.
-module(compare_maps).
-export([start/0, id/1]).

start() ->
    Maps = [#{b => 1}, #{a => 2}, #{a => 1, b => 1}, #{}, #{a => 1}, #{1 => a}, #{a => 1, c => 0}],
    [erlang:display(M) || M <- lists:sort(Maps)],
    erlang:display([#{a => 1} < id(#{a => 2}), #{a => 9} < id(#{b => 1}), #{z => 1} < id(#{a => 1, b => 1})]).

id(X) -> X.
