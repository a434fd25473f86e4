%% Primes below 200 by trial division and by sieve agree.
-module(ctl_sieve).
-export([start/0]).

start() ->
    A = [N || N <- lists:seq(2, 200), prime(N, 2)],
    erlang:display(A),
    erlang:display(sieve(lists:seq(2, 200)) =:= A).

prime(N, D) when D * D > N -> true;
prime(N, D) when N rem D =:= 0 -> false;
prime(N, D) -> prime(N, D + 1).

sieve([]) -> [];
sieve([P | T]) -> [P | sieve([X || X <- T, X rem P =/= 0])].
