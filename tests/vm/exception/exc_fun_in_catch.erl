%% Exceptions pass through lists:map, foldl and sort callbacks.
-module(exc_fun_in_catch).
-export([start/0]).

start() ->
    erlang:display(try lists:map(fun(3) -> throw({found, 3}); (X) -> X end, [1, 2, 3, 4]) catch throw:{found, N} -> N end),
    erlang:display(try lists:foldl(fun(X, A) when A > 5 -> throw({X, A}); (X, A) -> X + A end, 0, [1, 2, 3, 4, 5]) catch throw:P -> P end),
    erlang:display(try lists:sort(fun(_, _) -> error(no_order) end, [2, 1]) catch error:E -> E end).
