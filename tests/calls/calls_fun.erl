%% Funs for generated calls: they cross as `fun calls_fun:Name/Arity`. And calls that take no part of OTP's own apart.
-module(calls_fun).
-export([zero/0, crash/0, exit/0, throw/0]).
-export([same/1, yes/1, no/1, small/1, is_atom/1, wrap/1, pair/1, plus/1, keep/1, text/1, upper/1, crash/1, throw/1]).
-export([first/2, second/2, yes/2, less/2, less_or_equal/2, equal/2, cons/2, pair/2, sum/2, keep/2, tag/2, crash/2]).
-export([first/3, third/3, cons/3, yes/3, crash/3, zip/3]).
-export([compiled/2, sorted/1, without_bits/2]).

zero() -> 0.
crash() -> error(calls_crash).
exit() -> erlang:exit(calls_exit).
throw() -> erlang:throw(calls_throw).

same(X) -> X.
yes(_) -> true.
no(_) -> false.
small(X) -> X < 2.
is_atom(X) -> erlang:is_atom(X).
wrap(X) -> [X].
pair(X) -> {X, X}.
plus(X) -> X + 1.
keep(X) when erlang:is_atom(X) -> {true, {kept, X}};
keep(X) -> X =/= 1.
text(X) -> unicode:characters_to_list(io_lib:format("~w", [X])).
upper(X) when X >= $a, X =< $z -> X - 32;
upper(X) -> X.
crash(X) -> error({calls_crash, X}).
throw(X) -> erlang:throw({calls_throw, X}).

first(X, _) -> X.
second(_, Y) -> Y.
yes(_, _) -> true.
less(X, Y) -> X < Y.
less_or_equal(X, Y) -> X =< Y.
equal(X, Y) -> X == Y.
cons(X, Y) -> [X | Y].
pair(X, Y) -> {X, Y}.
sum(X, Y) -> X + Y.
keep(X, _) -> erlang:is_atom(X).
tag(X, _) when erlang:is_atom(X) -> {true, {tagged, X}};
tag(X, _) -> X =/= 1.
crash(X, Y) -> error({calls_crash, X, Y}).

first(X, _, _) -> X.
third(_, _, Z) -> Z.
cons(X, Y, Z) -> [{X, Y} | Z].
yes(_, _, _) -> true.
crash(X, Y, Z) -> error({calls_crash, X, Y, Z}).
zip(X, Y, Z) -> {X, Y, Z}.

%% A compiled pattern.
compiled(Pattern, Options) ->
    {ok, Compiled} = re:compile(Pattern, Options),
    Compiled.

%% In an order that tells 1 and 1.0 apart.
sorted(List) -> [Term || {_, Term} <- lists:sort([{term_to_binary(Term), Term} || Term <- List])].

%% A bit string that is part of another, which begins anywhere.
without_bits(Bits, Count) ->
    <<_:Count, Rest/bitstring>> = Bits,
    Rest.
