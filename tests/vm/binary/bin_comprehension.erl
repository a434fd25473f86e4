%% Binary comprehensions into and out of binaries.
-module(bin_comprehension).
-export([start/0, id/1]).

start() ->
    erlang:display(<< <<(X + 1)>> || <<X>> <= id(<<1, 2, 3>>) >>),
    erlang:display([X || <<X:16>> <= id(<<0, 1, 0, 2, 9>>)]),
    erlang:display(<< <<X:4>> || X <- id([1, 2, 3]) >>),
    erlang:display(<< <<X, Y>> || <<X>> <= id(<<"ab">>), Y <- "12" >>),
    erlang:display([C || <<C/utf8>> <= id(<<"é€"/utf8>>)]),
    erlang:display(<< <<B/binary, 0>> || B <- [<<"a">>, <<"bc">>] >>),
    erlang:display([X || <<1:1, X:7>> <= id(<<129, 2, 131>>)]),
    erlang:display(byte_size(<< <<X:32>> || X <- lists:seq(1, 1000) >>)),
    erlang:display(erlang:crc32(<< <<X:32>> || X <- lists:seq(1, 1000) >>)).

id(X) -> X.
