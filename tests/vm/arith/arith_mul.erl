%% Multiplication from small operands into large results.
-module(arith_mul).
-export([start/0, id/1]).

start() ->
    erlang:display(id(6) * id(7)),
    erlang:display(id(65536) * id(65536)),
    erlang:display(id(-65536) * id(32768)),
    erlang:display(id(3037000500) * id(3037000500)),
    erlang:display(id(4294967296) * id(4294967296)),
    erlang:display(id(-4294967296) * id(4294967295)),
    erlang:display(id(0) * id(123456789012345678901234567890)),
    erlang:display(id(-1) * id(-9223372036854775808)),
    erlang:display(id(1000000007) * id(998244353) * id(754974721)).

id(X) -> X.
