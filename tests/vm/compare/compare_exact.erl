%% == against =:= inside nested terms.
-module(compare_exact).
-export([start/0, id/1]).

start() ->
    erlang:display([{1, [2.0]} == id({1.0, [2]}), {1, [2.0]} =:= id({1.0, [2]})]),
    erlang:display([#{a => 1} == id(#{a => 1.0}), #{1 => a} == id(#{1.0 => a})]),
    erlang:display([id(1) /= 1.0, id(1) =/= 1.0]),
    erlang:display([[] == id({}), <<"a">> == id("a"), a == id("a")]),
    erlang:display([id([1, 2 | 3]) =:= [1, 2 | 3], id([1, 2 | 3]) =:= [1, 2, 3]]).

id(X) -> X.
