%% Sum of the digits of a large power by repeated division.
-module(arith_digits_loop).
-export([start/0, id/1]).

start() ->
    erlang:display(digits(id(1) bsl 1000, 0)).

digits(0, Sum) -> Sum;
digits(N, Sum) -> digits(N div 10, Sum + N rem 10).

id(X) -> X.
