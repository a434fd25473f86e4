%% Functions of many arguments shuffle registers without losing one.
-module(ctl_many_arguments).
-export([start/0]).

start() ->
    erlang:display(f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)),
    erlang:display(rotate(20, a, b, c, d, e, f, g)),
    erlang:display(swap(3, x, y)).

f(A, B, C, D, E, F, G, H, I, J, K, L) ->
    g(L, K, J, I, H, G, F, E, D, C, B, A).

g(A, B, C, D, E, F, G, H, I, J, K, L) ->
    [A, B, C, D, E, F, G, H, I, J, K, L].

rotate(0, A, B, C, D, E, F, G) -> [A, B, C, D, E, F, G];
rotate(N, A, B, C, D, E, F, G) -> rotate(N - 1, G, A, B, C, D, E, F).

swap(0, A, B) -> {A, B};
swap(N, A, B) -> swap(N - 1, B, A).
