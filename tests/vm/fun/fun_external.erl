%% Funs that name a function: local, external and computed.
-module(fun_external).
-export([start/0, id/1]).

start() ->
    F = fun lists:reverse/1,
    erlang:display(F([1, 2, 3])),
    G = fun double/1,
    erlang:display(lists:map(G, [1, 2])),
    M = id(lists),
    N = id(append),
    H = fun M:N/2,
    erlang:display(H([1], [2])),
    erlang:display(F =:= fun lists:reverse/1),
    erlang:display(H =:= fun lists:append/2),
    erlang:display([is_function(F), is_function(F, 1), is_function(F, 2), is_function(G, 1)]),
    erlang:display([erlang:fun_info(F, K) || K <- [module, name, arity, type]]),
    erlang:display(erlang:fun_info(G, arity)),
    erlang:display((fun erlang:'+'/2)(1, 2)),
    erlang:display((fun erlang:length/1)([a, b])).

double(X) -> X * 2.

id(X) -> X.
