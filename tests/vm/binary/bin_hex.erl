%% Hexadecimal by hand and by binary:encode_hex.
-module(bin_hex).
-export([start/0, id/1]).

start() ->
    B = id(<<0, 1, 16#7F, 16#80, 16#FF>>),
    erlang:display(<< <<(digit(H)), (digit(L))>> || <<H:4, L:4>> <= B >>),
    erlang:display(binary:encode_hex(B)),
    erlang:display(binary:decode_hex(<<"00017F80ff">>)),
    erlang:display(try binary:decode_hex(id(<<"0g">>)) catch error:R -> R end).

digit(N) when N < 10 -> $0 + N;
digit(N) -> $a + N - 10.

id(X) -> X.
