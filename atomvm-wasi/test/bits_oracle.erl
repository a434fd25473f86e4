%% Writes cases for bits_test: calls, and what erl makes of them. Run as: bits_oracle:main([Kind, Seed, File]).
-module(bits_oracle).
-export([main/1]).

main([Kind, Seed, File]) ->
    rand:seed(exsss, list_to_integer(Seed)),
    ok = file:write_file(File, records(list_to_atom(Kind))),
    halt(0).

records(hostile) -> [record(B) || B <- hostile()];
records(Kind) ->
    Cases = lists:append([expand(C) || C <- cases(Kind)]),
    [[record(term_to_binary({M, F, A})), record(term_to_binary(Want))] || {{M, F, A}, Want} <- Cases].

record(B) -> [<<(byte_size(B)):32>>, B].

%% A case is a call to compare with erl's own, or a call with its answer.
expand({{_, _, _}, _} = Case) -> [Case];
expand({M, F, A}) -> [{{M, F, A}, outcome(M, F, A)}].

outcome(M, F, A) ->
    try {ok, apply(M, F, A)} catch Class:Reason -> {Class, Reason} end.

r(N) -> rand:uniform(N + 1) - 1.
pick(L) -> lists:nth(rand:uniform(length(L)), L).
times(N, F) -> [F() || _ <- lists:seq(1, N)].

rbytes(N) -> rand:bytes(N).
rbits(N) -> <<B:N/bitstring, _/bitstring>> = rbytes(N div 8 + 1), B.

%% ---- matching ----

cases(match) ->
    times(3000, fun match_case/0)
    ++ times(300, fun match_string_case/0)
    ++ [match_answer(B, 0, float, S, []) ||
        {B, S} <- [{<<16#7F800000:32>>, 32}, {<<16#7FC00000:32>>, 32}, {<<16#7FF0000000000000:64>>, 64},
                   {<<16#7C00:16>>, 16}, {<<16#7E00:16>>, 16}, {<<1:16>>, 16}, {<<16#8001:16>>, 16}, {<<16#3C01:16>>, 16}]]
    ++ [match_answer(<<I:S/integer>>, 0, integer, S, Fl) ||
        S <- [8, 16, 28, 29, 30, 31, 32, 33, 59, 60, 61, 62, 63, 64, 65, 128],
        I <- [0, 1, -1, 1 bsl (S - 1), (1 bsl (S - 1)) - 1, 1 bsl (S - 2), (1 bsl (S - 2)) - 1, -(1 bsl (S - 2))],
        Fl <- [[], [signed], [little], [signed, little]]];

%% ---- building ----

cases(build) ->
    times(2000, fun() ->
        Fields = times(r(6), fun field/0),
        {{bits, build, [Fields]}, outcome_of(fun() -> lists:foldl(fun add_field/2, <<>>, Fields) end)}
    end)
    ++ times(100, fun() -> append_case(append) end)
    ++ times(100, fun() -> append_case(append_writable) end)
    ++ [build_one(F) || F <- [{integer, foo, 8, []}, {float, foo, 64, []}, {float, 1 bsl 2000, 64, []},
                              {float, 1.0e39, 32, []}, {float, -1.0e39, 32, []}, {float, 65519.9, 16, []},
                              {float, 65520.0, 16, []}, {float, 1.0e300, 16, []}, {float, 2.99e-8, 16, []},
                              {float, -0.0, 16, []}, {float, 1.00048828125, 16, []}, {float, 1.00146484375, 16, []},
                              {utf8, 16#D800, 0, []}, {utf8, 16#110000, 0, []}, {utf8, -1, 0, []},
                              {utf8, foo, 0, []}, {utf32, 16#DFFF, 0, []}, {utf32, foo, 0, []}, {utf16, 16#DFFF, 0, []}]]
    ++ times(300, fun() ->
        {A, B} = {rbits(r(100)), rbits(r(100))},
        P = r(50),
        {C, D} = pick([{A, B}, {A, A}, {<<A/bitstring, B/bitstring>>, A}, {<<A/bitstring, P>>, <<A/bitstring, (r(255))>>}]),
        {{bits, compare, [C, D]}, {ok, if C < D -> -1; C > D -> 1; true -> 0 end}}
    end)
    ++ [{{bits, grow, [300000]}, {ok, 300000}}];

%% ---- natives on binaries ----

cases(binary) ->
    times(4000, fun binary_call/0) ++ fixed_binary_calls();

cases(unicode) ->
    times(3000, fun() ->
        {unicode, pick([characters_to_list, characters_to_binary]), [chardata(r(4)), pick([unicode, utf8, latin1])]}
    end)
    ++ [{{unicode, F, ["abc", E]}, {ok, apply}} ||
        F <- [characters_to_list, characters_to_binary], E <- [utf16, {utf16, little}, utf32]]
    ++ times(100, fun() -> {unicode, bin_is_7bit, [pick([ascii(r(30)), rbytes(r(3)), rbits(11), [], foo])]} end)
    ++ times(1000, fun atom_call/0)
    ++ [{erlang, list_to_atom, [L]} || L <- ["", [0], lists:duplicate(255, $a), lists:duplicate(256, $a), [16#D800],
            [16#10FFFF], [16#110000], [-1], foo, [a], "ab" ++ c, lists:duplicate(255, 16#10FFFF)]]
    ++ [{erlang, F, [B]} || F <- [binary_to_atom, binary_to_existing_atom],
            B <- [<<>>, <<"ok">>, <<255>>, binary:copy(<<"a">>, 256), foo, <<1:3>>, <<"never seen before">>]]
    ++ [{erlang, list_to_existing_atom, [L]} || L <- ["ok", "never seen before", lists:duplicate(256, $a), foo]]
    ++ [{erlang, atom_to_binary, [A, E]} || A <- [ok, '\x{e4}', '\x{3bb}', "x"], E <- [utf8, latin1, unicode, foo]]
    ++ [{erlang, atom_to_binary, [ok]}, {erlang, atom_to_list, ['\x{3bb}z']}, {erlang, atom_to_list, [1]}];

%% ---- external terms ----

cases(external) ->
    Terms = times(1500, fun() -> term(4) end) ++ fixed_terms(),
    lists:append([[{erlang, term_to_binary, [T]}, {erlang, external_size, [T]},
                   {erlang, term_to_binary, [T, [{minor_version, pick([0, 1, 2])}]]},
                   {erlang, binary_to_term, [term_to_binary(T, [compressed])]},
                   {{bits, recode, [term_to_binary(T, [{minor_version, V}]), V]}, {ok, term_to_binary(T, [{minor_version, V}])}}]
                  || T <- Terms, V <- [pick([0, 1, 2])], small_maps(T)])
    ++ [{erlang, binary_to_term, [term_to_binary(T)]} || T <- Terms]
    ++ [{erlang, binary_to_term, [B, O]} || B <- odd_bytes(), O <- [[], [safe], [used], [safe, used], [foo], foo]]
    ++ [{erlang, binary_to_term, [B]} || B <- [foo, <<>>, <<131>>, <<1:3>>, "abc"]]
    ++ [{erlang, term_to_binary, [1, O]} || O <- [[compressed], [{compressed, 3}], [{compressed, 10}], [foo], foo, [{minor_version, 3}]]]
    ++ [{{erlang, term_to_iovec, [[1, 2, 300]]}, {ok, [term_to_binary([1, 2, 300])]}}]
    ++ [fun_case(I, Free) || {I, Free} <- [{0, []}, {1, [{a, "b", 1.5}]}]]
    ++ [{{bits, recode, [B, 1]}, {ok, B}} || B <- [deep(100000, list), deep(100000, tuple), deep(100000, map)]].

outcome_of(F) ->
    try {ok, F()} catch Class:Reason -> {Class, Reason} end.

%% ---- match ----

match_case() ->
    Type = pick([integer, integer, integer, float, bits, utf8, utf16, utf32]),
    Skip = pick([0, 0, 8, 16, 1, 3, 7, 13, r(40)]),
    Size = pick([8, 16, 24, 32, 64, 0, 1, 7, 9, 12, 29, 30, 61, 62, 65, 72, 127, 128, r(300)]),
    Flags = flags(),
    Data = case Type of
        integer -> rbits(max(0, Size + pick([0, 0, 8, -1, 3, 100])));
        float -> pick([<<(rand:normal()):64/float>>, <<(rand:normal()):32/float>>, <<(rand:normal()):16/float>>, rbytes(8), rbytes(4)]);
        bits -> rbits(Size + pick([0, 8, 200]));
        utf8 -> pick([<<(character())/utf8, "rest">>, <<(character())/utf8>>, rbytes(r(5))]);
        utf16 -> pick([<<(character())/utf16, "rest">>, <<(character())/utf16-little>>, rbytes(r(5)), <<16#D8:8, (rbytes(3))/binary>>]);
        utf32 -> pick([<<(character())/utf32, "rest">>, <<(character())/utf32-little>>, rbytes(r(5)), <<0, (rbytes(3))/binary>>])
    end,
    FloatSize = case Type of float -> pick([16, 32, 64]); _ -> Size end,
    match_answer(<<(rbits(Skip))/bitstring, Data/bitstring>>, Skip, Type, FloatSize, Flags).

match_answer(B, Skip, Type, Size, Flags) ->
    {{bits, match, [B, Skip, Type, Size, Flags]}, {ok, match(B, Skip, Type, Size, lists:member(signed, Flags), lists:member(little, Flags))}}.

match(B, Skip, T, S, Signed, Little) ->
    case {B, T, Signed, Little} of
        {<<_:Skip, V:S, R/bitstring>>, integer, false, false} -> {V, R};
        {<<_:Skip, V:S/signed, R/bitstring>>, integer, true, false} -> {V, R};
        {<<_:Skip, V:S/little, R/bitstring>>, integer, false, true} -> {V, R};
        {<<_:Skip, V:S/signed-little, R/bitstring>>, integer, true, true} -> {V, R};
        {<<_:Skip, V:S/float, R/bitstring>>, float, _, false} -> {V, R};
        {<<_:Skip, V:S/float-little, R/bitstring>>, float, _, true} -> {V, R};
        {<<_:Skip, V:S/bitstring, R/bitstring>>, bits, _, _} -> {V, R};
        {<<_:Skip, V/utf8, R/bitstring>>, utf8, _, _} -> {V, R};
        {<<_:Skip, V/utf16, R/bitstring>>, utf16, _, false} -> {V, R};
        {<<_:Skip, V/utf16-little, R/bitstring>>, utf16, _, true} -> {V, R};
        {<<_:Skip, V/utf32, R/bitstring>>, utf32, _, false} -> {V, R};
        {<<_:Skip, V/utf32-little, R/bitstring>>, utf32, _, true} -> {V, R};
        _ -> nomatch
    end.

match_string_case() ->
    {Skip, Size} = {r(20), r(60)},
    W = rbits(Size),
    B = pick([<<(rbits(Skip))/bitstring, W/bitstring, (rbits(r(9)))/bitstring>>, rbits(Skip + Size), rbits(Skip + max(0, Size - 1))]),
    Want = case B of <<_:Skip, W:Size/bitstring, _/bitstring>> -> true; _ -> false end,
    {{bits, match_string, [B, Skip, W]}, {ok, Want}}.

flags() -> [F || F <- [signed, little], r(1) =:= 0].

character() -> pick([r(127), 128 + r(1000), 16#800 + r(16#C000), 16#E000 + r(16#1FFF), 16#10000 + r(16#FFFFF), 16#10FFFF, 16#D7FF, 16#FFFF]).

%% ---- build ----

integer() -> pick([r(255), -r(255), r(1 bsl 28), r(1 bsl 60), -r(1 bsl 61), 1 bsl r(140), -(1 bsl r(140)), r(1 bsl 200), -r(1 bsl 64), -1]).

field() ->
    case r(7) of
        0 -> {float, pick([rand:normal(), rand:normal() * 1.0e10, integer_small(), rand:uniform()]), pick([32, 64, 16]), flags()};
        1 -> {bits, rbits(r(100)), 0, []};
        2 -> {bits, rbytes(r(40)), 0, []};
        3 -> {pick([utf8, utf16, utf32]), character(), 0, flags()};
        _ -> {integer, integer(), pick([8, 16, 32, 64, 0, 1, 3, 7, 9, 12, 31, 65, 77, 128, r(200)]), flags()}
    end.

integer_small() -> r(1000).

add_field({T, V, S, Flags}, Acc) ->
    case {T, lists:member(little, Flags)} of
        {integer, false} -> <<Acc/bitstring, V:S>>;
        {integer, true} -> <<Acc/bitstring, V:S/little>>;
        {float, false} -> <<Acc/bitstring, V:S/float>>;
        {float, true} -> <<Acc/bitstring, V:S/float-little>>;
        {bits, _} -> <<Acc/bitstring, V/bitstring>>;
        {utf8, _} -> <<Acc/bitstring, V/utf8>>;
        {utf16, false} -> <<Acc/bitstring, V/utf16>>;
        {utf16, true} -> <<Acc/bitstring, V/utf16-little>>;
        {utf32, false} -> <<Acc/bitstring, V/utf32>>;
        {utf32, true} -> <<Acc/bitstring, V/utf32-little>>
    end.

build_one(Field) -> {{bits, build, [[Field]]}, outcome_of(fun() -> add_field(Field, <<>>) end)}.

%% A tree of strings that extend earlier ones: most the newest, some the same one twice.
append_case(Name) ->
    Steps = [{case r(5) of 0 -> r(I); _ -> I end, pick([field(), {bits, rbytes(r(100)), 0, []}, {bits, rbits(r(9)), 0, []}])}
             || I <- lists:seq(0, 40)],
    Strings = lists:foldl(fun({From, Field}, Acc) -> Acc ++ [add_field(Field, lists:nth(From + 1, Acc))] end, [<<>>], Steps),
    {{bits, Name, [Steps]}, {ok, Strings}}.

%% ---- binary ----

ascii(N) -> list_to_binary(times(N, fun() -> pick("aaabbc, ") end)).
bin() -> pick([ascii(r(20)), ascii(r(20)), ascii(100 + r(100)), rbytes(r(10)), <<>>, ascii(3)]).
any() -> pick([foo, 1, -1, 1.5, [], {}, <<1:3>>, <<"abcabc", 5:7>>, 1 bsl 70, [a], #{}]).
arg(F) -> case r(30) of 0 -> any(); _ -> F() end.
position() -> pick([0, 1, 2, 5, r(20), -1, -r(5), 1 bsl 30, 1 bsl 62]).
part() -> {r(12), pick([0, 1, r(12), -r(12), 1 bsl 62])}.
pattern() -> arg(fun() -> pick([ascii(1), ascii(1), ascii(2), ascii(3), times(r(4), fun() -> ascii(1 + r(2)) end), [<<"a">>, <<"ab">>, <<"aba">>], [<<"b">>]]) end).
match_option() -> {scope, pick([{0, 5}, {r(20), -r(5)}, {r(10), r(10)}, part()])}.
match_options() -> pick([[], [], [match_option()], [match_option(), {scope, {0, 2}}], [foo]]).
split_options() -> pick([[], [global], [global, trim], [global, trim_all], [trim], [trim_all], [global, match_option()], [trim_all, trim], [foo]]).
bits() -> arg(fun() -> pick([bin(), rbits(r(70))]) end).
b() -> arg(fun bin/0).

iolist(0) -> pick([[], bin(), r(255), "abc", <<>>]);
iolist(D) -> case r(3) of
    0 -> times(r(4), fun() -> iolist(D - 1) end);
    1 -> [iolist(D - 1) | pick([bin(), [], iolist_list(D - 1)])];
    _ -> iolist(0)
end.
iolist_list(D) -> [iolist(D)].
iodata() -> case r(12) of
    0 -> pick([any(), [256], [-1], ["a" | 1], [<<1:3>>], [[[<<1:3>>]]], [a], ["a" | <<1:3>>], [1 bsl 70], [1.5]]);
    _ -> pick([iolist(4), iolist_list(4)])
end.
bitlist() -> pick([iodata(), [<<1:3>>, 7, [<<2:5>> | <<1:1>>]], [[rbits(r(9)) || _ <- "abc"], bin() | rbits(3)]]).

binary_call() ->
    Call = pick([
        fun() -> {binary, at, [b(), arg(fun position/0)]} end,
        fun() -> {binary, bin_to_list, [b()]} end,
        fun() -> {binary, bin_to_list, [b(), arg(fun part/0)]} end,
        fun() -> {S, L} = part(), {binary, bin_to_list, [b(), S, L]} end,
        fun() -> {binary, copy, [b()]} end,
        fun() -> {binary, copy, [b(), arg(fun() -> pick([0, 1, 3, 20, -1]) end)]} end,
        fun() -> {binary, decode_unsigned, [b()]} end,
        fun() -> {binary, decode_unsigned, [b(), pick([big, little, foo])]} end,
        fun() -> {binary, encode_unsigned, [arg(fun integer/0)]} end,
        fun() -> {binary, encode_unsigned, [integer(), pick([big, little, foo])]} end,
        fun() -> {binary, first, [b()]} end,
        fun() -> {binary, last, [b()]} end,
        fun() -> {binary, list_to_bin, [iodata()]} end,
        fun() -> {binary, longest_common_prefix, [arg(fun() -> times(r(3), fun b/0) end)]} end,
        fun() -> X = ascii(3), {binary, longest_common_suffix, [[<<(ascii(r(4)))/binary, X/binary>> || _ <- "abc"]]} end,
        fun() -> {binary, match, [b(), pattern()]} end,
        fun() -> {binary, match, [b(), pattern(), match_options()]} end,
        fun() -> {binary, matches, [b(), pattern()]} end,
        fun() -> {binary, matches, [b(), pattern(), match_options()]} end,
        fun() -> {binary, part, [b(), arg(fun part/0)]} end,
        fun() -> {S, L} = part(), {binary, part, [b(), S, arg(fun() -> L end)]} end,
        fun() -> {binary, split, [b(), pattern()]} end,
        fun() -> {binary, split, [b(), pattern(), split_options()]} end,
        fun() -> {binary, split, [b(), pattern(), split_options()]} end,
        fun() -> {erlang, adler32, [iodata()]} end,
        fun() -> {erlang, adler32, [erlang:adler32(bin()), iodata()]} end,
        fun() -> {A, B} = {bin(), bin()}, {erlang, adler32_combine, [erlang:adler32(A), erlang:adler32(B), byte_size(B)]} end,
        fun() -> {erlang, crc32, [iodata()]} end,
        fun() -> {erlang, crc32, [pick([erlang:crc32(bin()), -1, 1 bsl 32, foo]), iodata()]} end,
        fun() -> {A, B} = {bin(), bin()}, {erlang, crc32_combine, [erlang:crc32(A), erlang:crc32(B), pick([byte_size(B), r(1 bsl 31)])]} end,
        fun() -> {erlang, md5, [iodata()]} end,
        fun() -> {erlang, md5, [rbytes(r(300))]} end,
        fun() -> {erlang, binary_part, [bits(), arg(fun part/0)]} end,
        fun() -> {S, L} = part(), {erlang, binary_part, [bits(), S, L]} end,
        fun() -> {erlang, binary_to_list, [bits()]} end,
        fun() -> {erlang, binary_to_list, [bits(), arg(fun position/0), arg(fun position/0)]} end,
        fun() -> {erlang, bitstring_to_list, [bits()]} end,
        fun() -> {erlang, bit_size, [bits()]} end,
        fun() -> {erlang, byte_size, [bits()]} end,
        fun() -> {erlang, size, [pick([bits(), {}, {a, b}])]} end,
        fun() -> {erlang, iolist_size, [iodata()]} end,
        fun() -> {erlang, iolist_to_binary, [iodata()]} end,
        fun() -> {erlang, list_to_binary, [iodata()]} end,
        fun() -> {erlang, list_to_bitstring, [bitlist()]} end,
        fun() -> {erlang, split_binary, [bits(), arg(fun position/0)]} end
    ]),
    Call().

fixed_binary_calls() ->
    Deep = lists:foldl(fun(I, L) -> [L, I band 255] end, [], lists:seq(1, 50000)),
    [{erlang, iolist_size, [Deep]}, {erlang, iolist_to_binary, [Deep]}, {erlang, list_to_bitstring, [Deep]},
     {binary, copy, [<<"a">>, 100000]},
     {binary, match, [binary:copy(<<"a">>, 100000), <<(binary:copy(<<"a">>, 5000))/binary, "b">>]},
     {binary, split, [binary:copy(<<"ab,">>, 20000), <<",">>, [global]]},
     {erlang, crc32_combine, [1, 2, 3]}, {erlang, md5_update, [<<1, 2, 3>>, "a"]}]
    ++ [{binary, F, A} || {F, L} <- [{bin_to_list, [[], [{0, 1}], [0, 1]]}, {part, [[{0, 1}], [0, 1]]}, {first, [[]]}, {last, [[]]}, {at, [[0]]},
                                     {copy, [[], [2]]}, {split, [[<<"a">>]]}, {decode_unsigned, [[]]}, {longest_common_prefix, [[]]}],
                          A <- [[<<1, 2, 3:5>> | X] || X <- L]]
    ++ times(50, fun() ->
        Pieces = times(r(6), fun() -> rbytes(r(150)) end),
        {{bits, md5_pieces, [Pieces]}, {ok, erlang:md5(Pieces)}}
    end)
    ++ [{erlang, iolist_to_iovec, [X]} || X <- [<<"abc">>, [], [<<>>], ["abc", <<"d">>], foo]].

%% ---- unicode ----

chardata(0) -> pick([character(), character(), r(255), $a, <<(character())/utf8>>, <<"abc">>, text(), []]);
chardata(D) ->
    case r(9) of
        0 -> broken();
        1 -> [chardata(D - 1) | pick([text(), [], [chardata(D - 1)], broken_binary()])];
        2 -> split_text(text());
        3 -> chardata(0);
        _ -> times(r(4), fun() -> chardata(D - 1) end)
    end.
text() -> unicode:characters_to_binary(times(r(12), fun character/0)).
broken() -> pick([broken_binary(), 16#D800, -1, 16#110000, 1 bsl 70, foo, <<1:3>>, 1.5, [broken_binary()]]).
broken_binary() -> pick([rbytes(r(4)), <<255>>, <<195>>, <<226, 130>>, <<224, 128>>, <<"ab", 240, 159>>, <<192, 128>>, <<248>>, <<245, 1, 1, 1>>, <<193>>, <<"x", 128>>]).
split_text(B) ->
    At = r(byte_size(B)),
    <<X:At/binary, Y/binary>> = B,
    pick([[X, Y], [[X], [[Y]]], [X | Y], [[X | Y], []], [X, [], <<>>, Y]]).

atom_call() ->
    Name = pick([times(r(5), fun character/0), times(r(5), fun() -> r(255) end), "ok", "error"]),
    pick([{erlang, list_to_atom, [Name]},
          {erlang, binary_to_atom, [pick([unicode:characters_to_binary(Name), rbytes(r(3))]), pick([utf8, latin1, unicode])]},
          {erlang, binary_to_atom, [unicode:characters_to_binary(Name)]},
          {erlang, atom_to_binary, [list_to_atom(Name), pick([utf8, latin1])]},
          {erlang, atom_to_list, [list_to_atom(Name)]}]).

%% ---- external ----

term(0) ->
    pick([r(255), -r(1000), integer(), integer(), rand:normal(), foo, '\x{e4}', '\x{3bb}', list_to_atom(times(200, fun() -> $x end)), [], {}, "text",
          rbytes(r(100)), rbits(r(100)), fun lists:map/2, <<>>, times(r(5), fun() -> r(300) end), 1.0e300, -0.0, 0.0]);
term(D) ->
    case r(5) of
        0 -> list_to_tuple(times(r(5), fun() -> term(D - 1) end));
        1 -> times(r(5), fun() -> term(D - 1) end);
        2 -> [term(D - 1) | pick([term(D - 1), foo])];
        3 -> maps:from_list(times(r(5), fun() -> {term(D - 1), term(D - 1)} end));
        _ -> term(0)
    end.

%% -0.0 and 0.0 as keys, and key order of large maps, differ between releases.
small_maps(T) -> small_maps(T, 4).
small_maps(M, _) when is_map(M) -> map_size(M) =< 32 andalso small_maps(maps:to_list(M), 1);
small_maps([H | T], D) -> small_maps(H, D) andalso small_maps(T, D);
small_maps(T, D) when is_tuple(T) -> small_maps(tuple_to_list(T), D);
small_maps(_, _) -> true.

fixed_terms() ->
    [255, 256, -1, 1 bsl 27, 1 bsl 28, 1 bsl 29, -(1 bsl 29), -(1 bsl 29) - 1, 1 bsl 31, (1 bsl 31) - 1, -(1 bsl 31), -(1 bsl 31) - 1,
     1 bsl 32, 1 bsl 59, 1 bsl 60, (1 bsl 60) - 1, 1 bsl 61, (1 bsl 61) - 1, -(1 bsl 61), -(1 bsl 61) - 1, 1 bsl 63, -(1 bsl 63), 1 bsl 64,
     1 bsl 2031, 1 bsl 2032, 1 bsl 2040, -(1 bsl 3000), lists:seq(1, 255), lists:duplicate(65535, $a), lists:duplicate(65536, $a),
     list_to_tuple(lists:seq(1, 255)), list_to_tuple(lists:seq(1, 256)), rbytes(1000), rbits(8001),
     maps:from_list([{I, I * I} || I <- lists:seq(1, 32)]), maps:from_list([{I, {I}} || I <- lists:seq(1, 500)]),
     maps:from_list([{integer_to_binary(I), I} || I <- lists:seq(1, 40)]), "", [[]], [[], [[]]], 'hello world', '',
     list_to_atom(lists:duplicate(255, 16#10FFFF))].

%% Tags that erl does not write by itself, and damaged or unusual terms.
odd_bytes() ->
    [<<131, 115, 2, "ok">>, <<131, 118, 0, 2, 206, 187>>, <<131, 100, 0, 1, 228>>, <<131, 119, 1, 255>>, <<131, 97, 1, 2>>, <<131, 97>>,
     <<131, 110, 0, 0>>, <<131, 110, 1, 1, 0>>, <<131, 110, 3, 0, 1, 0, 0>>, <<131, 111, 2:32, 1, 255, 255>>, <<131, 110, 9, 1, 0:64, 1>>,
     <<131, 110, 8, 1, 0:56, 128>>, <<131, 116, 2:32, 97, 1, 97, 1, 97, 1, 97, 2>>, <<131, 116, 0:32>>, <<131, 108, 0:32, 97, 1>>, <<131, 108, 0:32, 106>>,
     <<131, 108, 1:32, 97, 1, 97, 2>>, <<131, 107, 0:16>>, <<131, 77, 0:32, 0>>, <<131, 77, 1:32, 8, 5>>, <<131, 77, 1:32, 9, 5>>, <<131, 77, 1:32, 0, 5>>,
     <<131, 77, 1:32, 3, 255>>, <<131, 80, 2:32, 1, 2, 3>>, <<131, 80, 16#FFFFFFFF:32, (zlib:compress(<<97, 1>>))/binary>>,
     <<131, 80, 2:32, (zlib:compress(<<97, 1>>))/binary>>, <<131, 80, 2:32, (zlib:compress(<<97, 1>>))/binary, "tail">>,
     <<131, 80, 3:32, (zlib:compress(<<97, 1>>))/binary>>, <<131, 99, "1.5", 0:224>>,
     <<131, 99, "1.50000000000000000000e+00", 0:40>>, <<131, 99, "nan", 0:224>>, <<131, 70, 16#7FF0000000000000:64>>, <<131, 105, 16#FFFFFFFF:32>>,
     <<131, 108, 16#FFFFFFFF:32, 97, 1>>, <<131, 116, 16#FFFFFFFF:32>>, <<131, 109, 16#FFFFFFFF:32>>, <<131, 111, 16#FFFFFFFF:32, 0>>, <<131, 104, 0>>,
     <<131, 105, 0:32>>, <<131, 119, 23, "certainly no atom known">>, <<131, 131, 97, 1>>, <<130, 97, 1>>, <<131, 113, 119, 5, "lists", 119, 3, "map", 97, 2>>,
     <<131, 113, 119, 5, "lists", 119, 3, "map", 98, 2:32>>].

fun_case(Index, Free) ->
    Module = fun_module,
    Pid = term_to_binary(self()),
    <<131, PidBytes/binary>> = Pid,
    Rest = <<1, 0:128, Index:32, (length(Free)):32, 100, 0, 10, (atom_to_binary(Module))/binary, 97, Index, 98, (1000 + Index):32,
             (no_pid(PidBytes))/binary, << <<(tail_of(term_to_binary(F)))/binary>> || F <- Free >>/binary>>,
    B = <<131, 112, (byte_size(Rest) + 4):32, Rest/binary>>,
    {{bits, recode, [B, 1]}, {ok, B}}.

no_pid(<<88, 100, N:16, Node:N/binary, _:64, C:32>>) -> <<88, 100, N:16, Node/binary, 0:64, C:32>>.
tail_of(<<131, B/binary>>) -> B.

deep(N, list) -> <<131, (binary:copy(<<108, 1:32>>, N))/binary, 106, (binary:copy(<<106>>, N))/binary>>;
deep(N, tuple) -> <<131, (binary:copy(<<104, 1>>, N))/binary, 106>>;
deep(N, map) -> <<131, (binary:copy(<<116, 1:32, 97, 1>>, N))/binary, 106>>.

%% Whole terms cut short, with bytes changed, and pure noise.
hostile() ->
    Seeds = times(150, fun() -> term_to_binary(term(4), [{minor_version, pick([0, 1, 2])}]) end)
        ++ [term_to_binary(term(4), [compressed]) || _ <- "abcdefghij"] ++ odd_bytes()
        ++ [term_to_binary(T) || T <- [self(), make_ref(), fun() -> ok end, lists:seq(1, 50)]],
    lists:append([[<<B:K/binary>> || B <- Seeds, K <- [r(byte_size(B))]],
                  lists:append([times(40, fun() -> mutate(B) end) || B <- Seeds]),
                  times(2000, fun() -> <<131, (rbytes(r(40)))/binary>> end),
                  [binary:part(B, 0, N) || B <- [term_to_binary({a, [1.5, "xy", <<1:3>>, #{k => 1 bsl 70}, fun lists:map/2, self(), make_ref()]})],
                                           N <- lists:seq(0, byte_size(B) - 1)],
                  [deep_broken(N, B) || N <- [1000000], B <- [<<108, 1:32>>, <<104, 1>>, <<116, 1:32, 97, 1>>]]]).

deep_broken(N, B) -> <<131, (binary:copy(B, N))/binary>>.

mutate(<<131>>) -> <<131>>;
mutate(B) ->
    At = 1 + r(byte_size(B) - 2),
    <<X:At/binary, Y, Z/binary>> = B,
    case r(3) of
        0 -> <<X/binary, (Y bxor (1 bsl r(7))), Z/binary>>;
        1 -> <<X/binary, (r(255)), Z/binary>>;
        2 -> <<X/binary, Z/binary>>;
        3 -> <<X/binary, (pick([255, 0, 128, 127, 108, 104, 116, 109, 112])), Y, Z/binary>>
    end.
