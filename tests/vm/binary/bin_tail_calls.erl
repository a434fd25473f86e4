%% A parser of several functions passes the same binary along.
-module(bin_tail_calls).
-export([start/0]).

start() ->
    erlang:display(value(<<" [1, 22,[333 ,[]], -4] ">>)),
    erlang:display(value(<<"[]">>)),
    erlang:display(try value(<<"[1,">>) catch error:R -> R end).

value(B) ->
    {V, _} = term(skip(B)),
    V.

term(<<$[, R/binary>>) -> items(skip(R), []);
term(<<$-, R/binary>>) -> {N, R2} = number(R, 0), {-N, R2};
term(<<D, _/binary>> = B) when D >= $0, D =< $9 -> number(B, 0).

items(<<$], R/binary>>, Acc) -> {lists:reverse(Acc), R};
items(<<$,, R/binary>>, Acc) -> items(skip(R), Acc);
items(B, Acc) -> {V, R} = term(B), items(skip(R), [V | Acc]).

number(<<D, R/binary>>, N) when D >= $0, D =< $9 -> number(R, N * 10 + D - $0);
number(B, N) -> {N, B}.

skip(<<$\s, R/binary>>) -> skip(R);
skip(B) -> B.
