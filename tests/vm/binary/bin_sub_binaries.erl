%% Parts of a large binary stay right after the whole is gone.
-module(bin_sub_binaries).
-export([start/0]).

start() ->
    Parts = parts(binary:copy(<<"0123456789">>, 500)),
    erlang:display(length(Parts)),
    erlang:display(hd(Parts)),
    erlang:display(lists:nth(50, Parts)),
    erlang:display(erlang:crc32(Parts)),
    <<_:4, Odd:80/bits, _/bits>> = lists:last(Parts),
    erlang:display(Odd),
    erlang:display(<<Odd/bits, 1:4>>).

parts(<<P:50/binary, Rest/binary>>) -> [P | parts(Rest)];
parts(<<>>) -> [].
