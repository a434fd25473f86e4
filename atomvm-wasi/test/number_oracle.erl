%% Cases for number_test.c: what OTP makes of generated calls.
%%   erl -noshell -run number_oracle cases SEED FILE
-module(number_oracle).
-compile([nowarn_deprecated_function]).
-export([cases/1, display/1]).

-define(ROUNDS, 200).

cases([Seed, File]) ->
    Shown = display_lines(Seed),
    seed(Seed),
    Printed = [{print, display, [T], {ok, Line}} || {T, Line} <- lists:zip(display_terms(Seed), Shown)],
    seed(Seed),
    Calls = lists:append([calls() || _ <- lists:seq(1, ?ROUNDS)]) ++ fixed_calls(),
    Results = [{M, F, A, outcome(M, F, A)} || {M, F, A} <- Calls],
    ok = file:write_file(File, [frame(term_to_binary(C)) || C <- Printed ++ Results]),
    halt().

frame(Bytes) -> [<<(byte_size(Bytes)):32>>, Bytes].

seed(Seed) -> rand:seed(exsss, list_to_integer(Seed)).

outcome(print, w, [T]) ->
    {ok, unicode:characters_to_binary(io_lib:format("~tw", [T]))};
outcome(M, F, A) ->
    try {ok, apply(M, F, A)} catch error:Reason -> {error, Reason} end.

%% ---- erlang:display/1 writes to the terminal only: run it in another erl and read that ----

display([Seed]) ->
    [erlang:display(T) || T <- display_terms(Seed)],
    halt().

display_lines(Seed) ->
    Port = open_port({spawn_executable, os:find_executable("erl")},
                     [binary, exit_status, {args, ["-noshell", "-run", "number_oracle", "display", Seed]}]),
    Lines = binary:split(read_port(Port, []), <<"\r\n">>, [global]),
    lists:droplast(Lines).

read_port(Port, Read) ->
    receive
        {Port, {data, Bytes}} -> read_port(Port, [Read, Bytes]);
        {Port, {exit_status, 0}} -> iolist_to_binary(Read)
    end.

display_terms(Seed) ->
    seed(Seed),
    [list_to_atom([C]) || C <- lists:seq(0, 255)] ++
        [list_to_atom([$a, C]) || C <- lists:seq(0, 255)] ++
        [[C] || C <- lists:seq(0, 12) ++ lists:seq(14, 159)] ++
        [<<C>> || C <- lists:seq(0, 255)] ++
        ['if', 'a b', 'A', '', "abc\"\\", <<"a\"b">>, <<"\\">>, [[]], [a | b], {}, {{}}, #{}, [$a | b], [[$a] | b],
         fun lists:map/2, fun 'A b':'c d'/3, -1, 1 bsl 200] ++
        [ascii_term(3) || _ <- lists:seq(1, 600)].

%% Characters over 126 in strings come out as bytes from OTP, as UTF-8 from the VM; maps over 32 keys as their tree.
ascii_term(Depth) ->
    T = term(Depth),
    case is_plain(T) of true -> T; false -> ascii_term(Depth) end.

is_plain(T) when is_list(T) -> lists:all(fun(C) -> not (is_integer(C) andalso C > 126 andalso C < 256) end, flat(T));
is_plain(T) when is_tuple(T) -> is_plain(tuple_to_list(T)) andalso lists:all(fun is_plain/1, tuple_to_list(T));
is_plain(T) when is_map(T) ->
    map_size(T) =< 32 andalso lists:all(fun({K, V}) -> is_plain(K) andalso is_plain(V) end, maps:to_list(T));
is_plain(_) -> true.

flat([H | T]) when is_list(H) -> case is_plain(H) of true -> flat(T); false -> [200] end;
flat([H | T]) -> case is_plain(H) of true -> [H | flat(T)]; false -> [200] end;
flat(_) -> [].

%% ---- calls ----

calls() ->
    A = number(), B = number(), I = integer(), J = integer(), T = term(4), U = near(T), X = float(),
    [{erlang, Op, [A, B]} || Op <- ['+', '-', '*', '/']] ++
        [{erlang, Op, [I, J]} || Op <- ['+', '-', '*', '/', 'div', 'rem', 'band', 'bor', 'bxor']] ++
        [{erlang, Op, [I * J + small(), J]} || Op <- ['div', 'rem', '+', '-', 'band', 'bor', 'bxor']] ++
        [{erlang, Op, [A]} || Op <- ['+', '-', 'bnot', abs, float, round, trunc, floor, ceil]] ++
        [{erlang, Op, [I, rand:uniform(300) - 150]} || Op <- ['bsl', 'bsr']] ++
        [{erlang, Op, [P, Q]} || {P, Q} <- [{A, B}, {I, I + rand:uniform(3) - 2}, {I, float_near(I)}, {T, U}, {T, term(2)}],
                                 Op <- ['==', '/=', '=:=', '=/=', '<', '>', '=<', '>=', min, max]] ++
        [{erts_internal, cmp_term, [T, U]}, {erts_internal, cmp_term, [A, B]}] ++
        [{erlang, F, [T]} || F <- [phash2, is_atom, is_binary, is_bitstring, is_boolean, is_float, is_function, is_integer,
                                   is_list, is_map, is_number, is_pid, is_port, is_reference, is_tuple]] ++
        [{erlang, phash2, [T, 1 bsl 32]}, {erlang, phash2, [I, 1 bsl 32]}, {erlang, phash2, [X, 1 bsl 32]},
         {erlang, phash2, [T, rand:uniform(1000)]}, {erlang, phash, [T, 1 bsl 32]}, {erlang, phash, [I, 1 bsl 32]},
         {erlang, phash, [X, 7]}] ++
        [{erlang, F, [I, Base]} || Base <- [rand:uniform(35) + 1], F <- [integer_to_list, integer_to_binary]] ++
        [{erlang, list_to_integer, [integer_to_list(I, Base), Base]} || Base <- [rand:uniform(35) + 1]] ++
        [{erlang, binary_to_integer, [integer_to_binary(I)]}, {erlang, integer_to_list, [I]},
         {erlang, list_to_integer, [damaged(integer_to_list(I))]}, {string, list_to_integer, [damaged(integer_to_list(I))]}] ++
        [{erlang, F, [X]} || F <- [float_to_list, float_to_binary]] ++
        [{erlang, F, [X, Options]} || F <- [float_to_list, float_to_binary],
                                      Options <- [[short], [{scientific, rand:uniform(30) - 1}],
                                                  [{decimals, rand:uniform(25) - 1}], [compact, {decimals, rand:uniform(25)}]]] ++
        [{erlang, float_to_list, [decimal_float(), [{decimals, D}]]} || D <- [rand:uniform(20) - 1, rand:uniform(4) - 1]] ++
        [{erlang, list_to_float, [float_to_list(X)]}, {erlang, binary_to_float, [float_to_binary(X, [short])]},
         {erlang, list_to_float, [damaged(float_to_list(X, [short]))]},
         {string, list_to_float, [damaged(float_to_list(X, [short]))]}] ++
        [{print, w, [P]} || P <- [X, I, small_maps(T)]].

fixed_calls() ->
    Fun = fun lists:map/2, Big = 1 bsl 5000, Huge = 1 bsl 2000000, Odd = integer_power(7, 30000),
    [{erlang, F, [V]} || F <- ['not', abs, float, round, '-', 'bnot', is_boolean, integer_to_list, float_to_list, list_to_float,
                               list_to_integer, binary_to_integer, binary_to_float],
                         V <- [true, a, "", [], <<>>, [a], "1", "1" ++ a, <<"1">>, <<1:1>>, -0.0, 0, {}, Big]] ++
    [{erlang, F, [V, W]} || F <- ['and', 'or', 'xor', '+', '/', 'div', 'rem', 'band', 'bsl', 'bsr', is_function, phash2, phash,
                                  integer_to_list, list_to_integer, float_to_list, binary_to_integer, float_to_binary],
                            V <- [true, false, a, 0, 1, -1, 0.0, 1.5, Big, -Big, Fun, "12", <<"12">>],
                            W <- [true, false, a, 0, 1, -1, 2, 36, 37, 0.0, Big, -Big, 1 bsl 32, (1 bsl 32) + 1, [short], [compact], [a]]] ++
    [{erlang, Op, [Odd, P]} || Op <- ['*', 'div', 'rem', 'band', 'bxor', '+', '-'],
                               P <- [Odd, integer_power(3, 20000), -integer_power(11, 8000), integer_power(13, 50000), 1, -7, 1 bsl 40000]] ++
    [{erlang, Op, [Odd * integer_power(13, 50000) + Odd - 1, Odd]} || Op <- ['div', 'rem']] ++
    [{erlang, Op, [(1 bsl (32 * N)) - D, (1 bsl (32 * M)) - E]} || Op <- ['*', 'div', 'rem'], N <- [159, 160, 161, 320, 700],
                                                                  M <- [80, 81, 100, 159, 160], D <- [0, 1, 1 bsl 300], E <- [0, 1, 1 bsl 2559]] ++
    [{erlang, integer_to_list, [Odd, B]} || B <- lists:seq(2, 36)] ++
    [{erlang, list_to_integer, [integer_to_list(Odd, B), B]} || B <- lists:seq(2, 36)] ++
    [{erlang, integer_to_binary, [integer_power(10, N) - D, 10]} || N <- [143, 144, 145, 288, 1000, 2304, 4608], D <- [0, 1]] ++
    [{erlang, binary_to_integer, [integer_to_binary(integer_power(10, N) - D)]} || N <- [143, 144, 145, 288, 1000, 2304, 4608], D <- [0, 1]] ++
    [{erlang, 'bsr', [Huge, 1999990]}, {erlang, 'bsl', [1, 1 bsl 70]}, {erlang, 'bsl', [0, 1 bsl 70]}, {erlang, 'bsl', [-5, -(1 bsl 70)]}] ++
    [{math, F, [V]} || F <- [ceil, floor, sqrt, log2], V <- [0, 4, -0.5, 2.5, 1 bsl 1000, -1, a, 1 bsl 2000]] ++
    [{math, F, [V]} || F <- [acosh, asin, atanh, exp, log, log10, tan, erf, erfc, cos, cosh, sinh], V <- [a, 0, 0.0]] ++
    [{math, F, [-5.0e10]} || F <- [acosh, asin, atanh, exp, log, log10, cosh]] ++
    [{math, F, [V, W]} || F <- [atan2, fmod, pow], V <- [0, 5, -5, 2.0, a], W <- [0, 3, 2.0, a]] ++
    [{erlang, float_to_list, [V, O]} || V <- [1.5, 0.5, 2.5, -0.0, 1.0e300, 1.0e22, 1, 1.0e250, 123.456, 9007199254740993.0, 0.1],
                                        O <- [[], [short], [compact], [{decimals, 0}], [{decimals, 253}], [{decimals, 254}], [{decimals, 4}, compact],
                                              [short, {decimals, 2}], [{decimals, 2}, short], [{scientific, 249}], [{scientific, 250}], a, [short | a],
                                              [{decimals, -1}], [{decimals, 1.0}], [{scientific, 0}, compact], [{decimals, 2}, {scientific, 3}]]] ++
    [{print, w, [A]} || A <- ['', 'a b', 'é', 'if', 'A', a@b, 'a\n\t\e\d\0', 'ÿ÷', '日本', ok, [], {}, {a, [b | c]}, "abc", <<1, 2:3>>, <<>>, Fun, #{a => 1}]] ++
    [{erlang, phash2, [T, 1 bsl 32]} || T <- [[], [a], [[]], "abcd", "abcde", "abcdefgh", [1, a], [1, 2, 3, 4 | x], <<>>, {}, #{}, <<5:3>>, <<1, 5:3>>, 'é', '日本', 'ÿ',
                                              fun lists:map/2, -0.0, 0.0, maps:from_list([{I, [I]} || I <- lists:seq(1, 100)]), #{#{a => 1} => #{}, b => #{c => 1.0}},
                                              -(1 bsl 27), (1 bsl 27) - 1, 1 bsl 27, 1 bsl 59, -(1 bsl 59), -(1 bsl 59) - 1, 1 bsl 63, 1 bsl 64, [300, 1, 2], [1, 2, 300 | 5]]].

%% ---- terms ----

pick(L) -> lists:nth(rand:uniform(length(L)), L).
sign(N) -> pick([N, -N]).
small() -> rand:uniform(20) - 10.

integer() ->
    case rand:uniform(6) of
        1 -> small();
        2 -> sign((1 bsl pick([26, 27, 28, 29, 30, 31, 32, 33, 58, 59, 60, 62, 63, 64, 65, 96, 128])) + small());
        3 -> sign(rand:uniform(1 bsl 32));
        4 -> sign(rand:uniform(1 bsl 64));
        5 -> sign(rand:uniform(1 bsl (rand:uniform(200) + 60)));
        6 -> sign(rand:uniform(1 bsl pick([300, 1000, 3000, 12000])))
    end.

float() ->
    case rand:uniform(6) of
        1 -> float(small());
        2 -> (rand:uniform() - 0.5) * math:pow(10, rand:uniform(30) - 10);
        3 -> decimal_float();
        4 -> math:pow(2, rand:uniform(2000) - 1020);
        5 -> float(rand:uniform(1 bsl 56));
        6 -> bits_float(rand:uniform(1 bsl 64) - 1)
    end.

%% Few decimals: ties when they are rounded.
decimal_float() -> sign(rand:uniform(100000)) / pick([1, 2, 4, 8, 10, 16, 100, 1000, 1024]).

bits_float(Bits) ->
    case <<Bits:64>> of
        <<F/float>> -> F;
        _ -> 1.0
    end.

float_near(I) -> try float(I + rand:uniform(3) - 2) catch error:_ -> 1.0e308 end.

number() -> pick([integer(), float(), small()]).

damaged(Text) ->
    case rand:uniform(4) of
        1 -> Text ++ pick(["x", " ", "e", "e+", "E5", ".", ".5", [300], [128], a]);
        2 -> [pick("+- 0") | Text];
        3 -> lists:delete($., Text);
        4 -> Text
    end.

term(0) -> leaf();
term(Depth) ->
    case rand:uniform(8) of
        N when N =< 3 -> leaf();
        4 -> list_to_tuple(terms(Depth));
        5 -> terms(Depth);
        6 -> maps:from_list([{term(Depth - 1), term(Depth - 1)} || _ <- lists:seq(1, rand:uniform(4) - 1)]);
        7 -> terms(Depth) ++ pick([[], leaf()]);
        8 -> case rand:uniform(10) of
                 1 -> maps:from_list([{pick([I, float(I), {I}, [I]]), term(0)} || I <- lists:seq(1, 40 + rand:uniform(40))]);
                 _ -> [rand:uniform(256) - 1 || _ <- lists:seq(1, rand:uniform(9))]
             end
    end.

terms(Depth) -> [term(Depth - 1) || _ <- lists:seq(1, rand:uniform(5) - 1)].

leaf() ->
    case rand:uniform(8) of
        1 -> integer();
        2 -> float();
        3 -> pick([a, b, ab, true, false, '', 'é', '日本', 'A b', list_to_atom([rand:uniform(255)])]);
        4 -> rand:bytes(rand:uniform(30) - 1);
        5 -> <<(rand:bytes(rand:uniform(5)))/binary, (rand:uniform(64)):(rand:uniform(7))>>;
        6 -> pick([[], {}, #{}, "abc", <<"abc">>, <<>>]);
        7 -> small();
        8 -> pick([fun lists:map/2, fun lists:map/3, fun erlang:'+'/2])
    end.

%% The same, or a little different: so that comparisons get deep.
near(T) when is_list(T), T =/= [] ->
    case pick([same, head, tail]) of
        same -> T;
        head -> [near(hd(T)) | tl(T)];
        tail -> [hd(T) | near(tl(T))]
    end;
near(T) when is_tuple(T), T =/= {} ->
    I = rand:uniform(tuple_size(T)),
    setelement(I, T, near(element(I, T)));
near(T) when is_map(T), map_size(T) > 0 ->
    {K, V} = pick(maps:to_list(T)),
    case pick([same, value, key]) of
        same -> T;
        value -> T#{K => near(V)};
        key -> maps:put(near(K), V, maps:remove(K, T))
    end;
near(T) when is_integer(T) -> pick([T, T + 1, float_near(T)]);
near(T) when is_float(T) -> pick([T, trunc(T)]);
near(T) when is_binary(T) -> pick([T, <<T/binary, 0>>, <<T/binary, 0:1>>]);
near(T) -> pick([T, T, leaf()]).

%% OTP prints maps over 32 keys in an order of its own.
small_maps(T) when is_map(T), map_size(T) > 32 -> small_maps(maps:from_list(lists:sublist(maps:to_list(T), 20)));
small_maps(T) when is_map(T) -> maps:from_list([{small_maps(K), small_maps(V)} || {K, V} <- maps:to_list(T)]);
small_maps(T) when is_tuple(T) -> list_to_tuple(small_maps(tuple_to_list(T)));
small_maps([H | T]) -> [small_maps(H) | small_maps(T)];
small_maps(T) -> T.

integer_power(_, 0) -> 1;
integer_power(B, N) when N rem 2 =:= 0 -> integer_power(B * B, N div 2);
integer_power(B, N) -> B * integer_power(B, N - 1).
