%% Not on the hostile build: it copies gigabytes.
%% Large binaries that nothing refers to any more are given up before they fill the memory, though the heap has room.
-module(gc_binary_garbage).
-export([start/0]).

start() ->
    erlang:display(wrap(20000, <<>>)),
    erlang:display(copies(100000, binary:copy(<<"x">>, 50000), 0)),
    erlang:display(byte_size(append(200000, <<>>))).

wrap(0, Binary) -> byte_size(Binary);
wrap(N, Binary) -> wrap(N - 1, <<(byte_size(Binary)):32, Binary/binary>>).

copies(0, _, Sum) -> Sum;
copies(N, Binary, Sum) ->
    Copy = binary:copy(Binary),
    copies(N - 1, Binary, Sum + byte_size(Copy)).

append(0, Binary) -> Binary;
append(N, Binary) -> append(N - 1, <<Binary/binary, N:32>>).
