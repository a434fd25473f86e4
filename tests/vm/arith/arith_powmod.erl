%% Modular exponentiation with a 127-bit modulus.
-module(arith_powmod).
-export([start/0, id/1]).

start() ->
    P = (1 bsl 127) - 1,
    erlang:display(pow(id(3), P - 1, P)),
    erlang:display(pow(id(5), 1 bsl 100, P)),
    erlang:display(gcd(P * 12, id(18) * P)).

pow(_, 0, _) -> 1;
pow(B, E, M) when E band 1 =:= 0 -> pow(B * B rem M, E bsr 1, M);
pow(B, E, M) -> B * pow(B, E - 1, M) rem M.

gcd(A, 0) -> A;
gcd(A, B) -> gcd(B, A rem B).

id(X) -> X.
