%% Shapes of code whose instructions are run in one: each value is its own, so that a wrong register or label shows.
-module(ctl_fused).
-compile([export_all, nowarn_export_all]). % so that the compiler knows nothing about the arguments

start() ->
    moves(),
    frames(),
    tests(),
    lists_and_tuples(),
    arithmetic(),
    bytes(),
    selections().

show(Name, Value) -> erlang:display({Name, Value}).

id(X) -> X.

%% ---- moves between X and Y registers, in front of calls and returns ----

moves() ->
    show(keep, [keep1(a), keep2(a, b), keep3(a, b, c), keep4(a, b, c, d), keep5(a, b, c, d, e)]),
    show(swapped, [swap2(a, b), swap3(a, b, c), turn4(a, b, c, d)]),
    show(tail, [tail1(a, b), tail2(a, b, c), tail3(a, b, c, d)]),
    show(far_tail, [far_tail(a, b, c, d, e), far_tail2(a, b, c, d)]),
    show(shuffled, [shuffle(a, b, c, d), shuffle2(x, a, b, c, d)]),
    show(returned, [second(a, b), constant(a), first_of_call(a, b)]),
    show(funs, [with_fun(fun(X) -> {f, X} end, a), with_fun2(fun(X, Y) -> {g, X, Y} end, a, b)]),
    show(folded, fold(fun(X, Acc) -> [X | Acc] end, [z], [a, b, c])),
    show(applied, apply_to(a, b, fun(X) -> {h, X} end)).

keep1(A) -> B = id(x), {A, B}.
keep2(A, B) -> C = id(x), {A, B, C}.
keep3(A, B, C) -> D = id(x), {A, B, C, D}.
keep4(A, B, C, D) -> E = id(x), {A, B, C, D, E}.
keep5(A, B, C, D, E) -> F = id(C), {A, B, C, D, E, F}.

swap2(A, B) -> three(B, A, B).
swap3(A, B, C) -> three(C, A, B).
turn4(A, B, C, D) -> four(D, C, B, A).
three(A, B, C) -> [A, B, C].
four(A, B, C, D) -> [A, B, C, D].

tail1(A, B) -> C = id(x), two(B, {A, C}).
tail2(A, B, C) -> D = id(x), three(C, B, {A, D}).
tail3(A, B, C, D) -> _ = id(x), four(B, D, A, C).
two(A, B) -> [A | B].

far_tail(A, B, C, D, E) -> X = id(E), Y = id(D), five(C, B, A, X, Y).
far_tail2(A, B, C, D) -> _ = id(D), three(B, A, C).
five(A, B, C, D, E) -> [A, B, C, D, E].
shuffle(A, B, C, D) -> five(D, D, A, B, C).
shuffle2(_, A, B, C, D) -> four(A, B, C, D).

second(_, B) -> B.
constant(_) -> constant.
first_of_call(A, B) -> C = id(B), D = id(A), _ = id(C), D.

fold(F, Acc, [H | T]) -> fold(F, F(H, Acc), T);
fold(_, Acc, []) -> Acc.
apply_to(A, _, F) -> [F(A)].

with_fun(F, A) -> F(id(A)).
with_fun2(F, A, B) -> X = F(B, A), {X, A}.

%% ---- frames ----

frames() ->
    show(length, length_of([a, b, c])),
    show(appended, append([a, b], [c])),
    show(mapped, map(fun(X) -> {X} end, [a, b, c])),
    show(deep, sum_to(1000)).

length_of([]) -> 0;
length_of([_ | T]) -> 1 + length_of(T).

append([], L) -> L;
append([H | T], L) -> [H | append(T, L)].

map(F, [H | T]) -> [F(H) | map(F, T)];
map(_, []) -> [].

sum_to(0) -> 0;
sum_to(N) -> N + sum_to(N - 1).

%% ---- tests, two at a time; each must go where its own label says ----

tests() ->
    show(range, [range(X) || X <- [$/, $0, $5, $9, $:, a, -1, 1 bsl 70, 53.5]]),
    show(outside, [outside(X) || X <- [9, 10, 15, 20, 21, z]]),
    show(steps, [steps(X) || X <- [5, 15, 25, 35, 1.0e30]]),
    show(tuples, [tuple(X) || X <- [{}, {a}, {a, b}, {a, b, c}, {a, b, c, d}, {ok, x}, {error, y}, [], t]]),
    show(maps, [map_of(X) || X <- [#{}, #{a => 1}, #{a => 1, b => 2}, #{b => 2}, {a, 1}, []]]),
    show(cons, [cons(X) || X <- [[], [a], [a, b], [a | b], {a}, <<"a">>]]),
    show(less, [less(X) || X <- [-1, 0, 7, 8, 9, 99, 100, a]]).

range(C) when C >= $0, C =< $9 -> digit;
range(C) when C > $9 -> above;
range(_) -> below.

outside(C) when is_integer(C), C < 10; is_integer(C), C > 20 -> out;
outside(C) when is_integer(C) -> in;
outside(_) -> other.

steps(C) when C >= 30 -> c;
steps(C) when C >= 10, C >= 20 -> b;
steps(C) when C >= 10 -> a;
steps(_) -> none.

tuple({A}) -> {one, A};
tuple({ok, A}) -> {ok, A};
tuple({A, B}) -> {two, B, A};
tuple({A, B, C}) -> {three, C, A, B};
tuple(T) when is_tuple(T) -> {other, tuple_size(T)};
tuple(T) -> {no, T}.

map_of(#{a := A, b := B}) -> {both, B, A};
map_of(#{a := A}) -> {a, A};
map_of(M) when is_map(M) -> {other, map_size(M)};
map_of(M) -> {no, M}.

cons([H | T]) when is_list(T) -> {proper, T, H};
cons([H | T]) -> {improper, T, H};
cons(X) -> {no, X}.

less(N) when N < 8, N >= 0 -> octal;
less(N) when N < 100, N >= 8 -> small;
less(N) when 100 =< N, is_integer(N) -> {large, N};
less(N) -> {other, N}.

%% ---- lists and tuples ----

lists_and_tuples() ->
    show(elements, elements({a, b, c, d, e})),
    show(part, part({a, b, {c, d}})),
    show(pairs, pairs([a, b, c, d])),
    show(built, built(a, b)),
    show(record, [record_of(X) || X <- [{rec, 1, 2, 3}, {other, 4, 5, 6}, {rec, 1}, [rec], rec]]),
    show(nested, nested({a, {b, c}}, 1, 2)),
    show(wrapped, [wrap(X) || X <- [a, b]]).

elements({A, B, C, D, E}) -> [E, D, C, B, A].
part({A, _, {_, D}}) -> X = id(D), {X, A}.
pairs([A, B | T]) -> [{B, A} | pairs(T)];
pairs([]) -> [].
built(A, B) -> X = id(A), [X, B | id([B])].
record_of({Tag, A, B, C}) -> X = id(C), {Tag, B, X, A};
record_of(X) -> [X].
nested({A, B}, M, N) -> Y = id({B, M}), {C, D} = B, {C, D, Y, N, A}.
wrap(X) -> {id(X), [X]}.

%% ---- sums and differences, small, large and wrong ----

arithmetic() ->
    Small = [7, -7, (1 bsl 29) - 1, -(1 bsl 29), (1 bsl 61) - 1, -(1 bsl 61), 1 bsl 90, 2.5],
    show(plus, [{plus_one(X), plus_kept(X), plus_both(X, X)} || X <- Small]),
    show(minus, [{minus_one(X), minus_kept(X), minus_both(X, 3)} || X <- Small]),
    show(count, count(<<"abcabc">>, 0, 0)),
    show(size, size_of(<<"abcdefg">>, 3)),
    show(moved, plus_then_move(4, a, b)),
    show(wrong, [wrong(fun() -> plus_one(a) end), wrong(fun() -> minus_both(1, b) end), wrong(fun() -> plus_kept(c) end)]),
    show(guarded, [guarded(X) || X <- [1, 2, a, 1 bsl 80]]).

plus_one(X) -> X + 1.
plus_kept(X) -> Y = id(X), (X + 5) + (Y + X).
plus_both(X, Y) -> X + Y.
minus_one(X) -> X - 1.
minus_kept(X) -> Y = id(X), Z = X - 3, {Z, Y - X}.
minus_both(X, Y) -> X - Y.

count(<<$a, T/binary>>, A, Other) -> count(T, A + 1, Other);
count(<<_, T/binary>>, A, Other) -> count(T, A, Other + 10);
count(<<>>, A, Other) -> {A, Other}.

size_of(<<C, T/bits>>, N) when C < $f -> size_of(T, N + 2);
size_of(<<_/bits>>, N) -> N.

plus_then_move(N, A, B) -> four(N + 1, B, A, N).

guarded(X) when X + 1 > 2 -> {above, X};
guarded(X) when X - 1 =:= 0 -> {one, X};
guarded(X) -> {other, X}.

wrong(F) ->
    try F() catch C:R -> {C, R} end.

caught(F) ->
    try F() of V -> V
    catch C:R:Trace -> [{M, N, A, _} | _] = Trace, {C, R, M, N, A}
    end.

%% ---- bytes of matched binaries, on and off byte boundaries ----

bytes() ->
    show(scan, scan(<<"a1b22c333">>, 0, [])),
    show(off, [off(<<5:3, "xyz">>), off(<<5:3, "x">>), off(<<5:3>>), off(<<5:3, 1:4>>)]),
    <<_:4, Shifted/bits>> = <<15:4, "a1", 3:4>>,
    show(shifted, scan_bits(Shifted, [])),
    show(large, scan(binary:copy(<<"ab1">>, 100), 0, [])),
    show(signed, [signed(B) || B <- [<<255, 1>>, <<127>>, <<>>]]),
    show(none, [caught(fun() -> scan(X, 0, []) end) || X <- [a, [1], 1.5]]),
    show(words, [word(X) || X <- [<<"true!">>, <<"tru">>, <<"null">>, <<"x">>, <<>>]]).

scan(<<C, T/binary>>, N, Letters) when C >= $a, C =< $z -> scan(T, N, [C | Letters]);
scan(<<C, T/binary>>, N, Letters) when C >= $0, C =< $9 -> scan(T, N * 10 + C - $0, Letters);
scan(<<>>, N, Letters) -> {N rem 1000000007, length(Letters), lists:sum(Letters)}.

scan_bits(<<C, T/bits>>, Acc) -> scan_bits(T, [C | Acc]);
scan_bits(<<Rest/bits>>, Acc) -> {Acc, bit_size(Rest)}.

off(<<A:3, B, T/binary>>) -> {A, B, T};
off(<<A:3, T/bits>>) -> {A, bit_size(T)}.

signed(<<C/signed, T/binary>>) -> {C, T};
signed(B) -> B.

word(<<"true", T/binary>>) -> {true, T};
word(<<"null", T/binary>>) -> {null, T};
word(<<C, _/binary>>) -> C;
word(<<>>) -> empty.

%% ---- selections: dense, with holes, with other terms; labels that lead to jumps ----

selections() ->
    show(dense, [dense(X) || X <- [-1, 0, 1, 2, 3, 4, 5, 6, a, 1.0, [], {2}, 1 bsl 64, -(1 bsl 64)]]),
    show(holes, [holes(X) || X <- [$!, $", $#, $[, $\\, $], ${, $|, $}, 0, 1 bsl 31, xyz]]),
    show(negative, [negative(X) || X <- [-4, -3, -2, -1, 0, 1, 2]]),
    show(far, [far(X) || X <- [1, 2, 1000, 100000, 100001, 3]]),
    show(loop, loop(10, [])).

dense(0) -> zero;
dense(1) -> one;
dense(2) -> two;
dense(3) -> three;
dense(5) -> five;
dense(_) -> other.

holes($") -> quote;
holes($[) -> open;
holes($]) -> close;
holes($\\) -> back;
holes(${) -> brace;
holes($}) -> unbrace;
holes(_) -> other.

negative(-3) -> a;
negative(-2) -> b;
negative(-1) -> c;
negative(0) -> d;
negative(1) -> e;
negative(_) -> other.

far(1) -> a;
far(2) -> b;
far(1000) -> c;
far(100000) -> d;
far(_) -> other.

loop(0, Acc) -> Acc;
loop(N, Acc) ->
    Tag = case N rem 4 of
        0 -> if N > 5 -> high; true -> low end;
        1 -> case Acc of [] -> none; [H | _] -> {after_, H} end;
        _ -> N
    end,
    loop(N - 1, [Tag | Acc]).
