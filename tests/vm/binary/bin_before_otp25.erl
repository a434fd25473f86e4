%% OTP 27 or earlier: later compilers do not write for OTP 24.
%% Construction with the instructions of OTP 24 and before (bs_init2, bs_append, bs_put_...).
-module(bin_before_otp25).
-export([start/0, id/1]).

-compile(r24).

start() ->
    N = id(300),
    B = id(<<"abc">>),
    erlang:display(<<N:16, B/binary, "text", N:12/little, (N bsr 4):4>>),
    erlang:display(<<B/binary, N:16/little-signed>>),
    erlang:display(<<(id(1.5)):32/float, (id(16#20AC))/utf8, (id(16#1F600))/utf16, (id($a))/utf32>>),
    erlang:display(append(50, <<>>)),
    erlang:display(<< <<(X * 2)>> || <<X>> <= B >>),
    erlang:display(<<(id(5)):(id(3))/unit:3, B:1/binary>>),
    erlang:display(bit_size(<<B/bits, 1:1>>)),
    erlang:display([sized(Size) || Size <- [0, 1, -1, a, 1.0, 1 bsl 66, -(1 bsl 66)]]),
    erlang:display([units(Bits) || Bits <- [<<>>, <<7>>, <<1, 2>>, <<1:12>>, <<1:20>>, <<1:32>>]]),
    erlang:display([try F() catch error:R -> R end || F <- [
        fun() -> <<(id(a)):8>> end,
        fun() -> <<(id(x))/binary>> end,
        fun() -> <<B:(id(9))/binary>> end,
        fun() -> <<(id(16#D800))/utf8>> end]]).

%% A size that is none, and one that is too large.
sized(N) ->
    B = id(<<"abc">>),
    [try F() catch error:Reason -> Reason end || F <- [
        fun() -> <<-1, B:(N * 8)/binary>> end,
        fun() -> <<B:N/binary>> end,
        fun() -> <<B/binary, 7:N>> end,
        fun() -> <<3, B:N/binary, 7:N>> end,
        fun() -> <<1.0:N/float, 1>> end]].

%% All of a bit string is put in only where it is a number of units: first, so that it is appended to, and later.
units(Bits) ->
    [try F() catch error:Reason -> Reason end || F <- [
        fun() -> <<Bits/binary-unit:16, 1>> end,
        fun() -> <<Bits/binary-unit:16, Bits/binary-unit:12>> end,
        fun() -> <<1, Bits/binary-unit:16>> end,
        fun() -> <<Bits/binary, 1:3>> end]].

append(0, Acc) -> Acc;
append(N, Acc) -> append(N - 1, <<Acc/binary, N, N:4, 0:4>>).

id(X) -> X.
