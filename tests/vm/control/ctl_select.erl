%% Jumps over many constants: dense integers, sparse integers, atoms, arities.
-module(ctl_select).
-export([start/0]).

start() ->
    erlang:display([dense(N) || N <- lists:seq(-1, 11)]),
    erlang:display([sparse(N) || N <- [1, 10, 100, 1000, 10000, 100000, 1 bsl 40, 5]]),
    erlang:display([atoms(A) || A <- [red, green, blue, cyan, magenta, yellow, black, white, 7]]),
    erlang:display([size(T, x) || T <- [{}, {1}, {1, 2}, {1, 2, 3}, {1, 2, 3, 4}, a]]).

dense(0) -> a; dense(1) -> b; dense(2) -> c; dense(3) -> d; dense(4) -> e; dense(5) -> f;
dense(6) -> g; dense(7) -> h; dense(8) -> i; dense(9) -> j; dense(10) -> k; dense(_) -> none.

sparse(1) -> e0; sparse(10) -> e1; sparse(100) -> e2; sparse(1000) -> e3; sparse(10000) -> e4;
sparse(100000) -> e5; sparse(1099511627776) -> e12; sparse(_) -> none.

atoms(red) -> 1; atoms(green) -> 2; atoms(blue) -> 3; atoms(cyan) -> 4; atoms(magenta) -> 5;
atoms(yellow) -> 6; atoms(black) -> 7; atoms(_) -> 0.

size({}, _) -> 0; size({_}, _) -> 1; size({_, _}, _) -> 2; size({_, _, _}, _) -> 3; size(T, _) when is_tuple(T) -> many;
size(_, _) -> none.
