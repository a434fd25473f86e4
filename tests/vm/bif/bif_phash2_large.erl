%% erlang:phash2 of large containers.
-module(bif_phash2_large).
-export([start/0]).

start() ->
    erlang:display(erlang:phash2(lists:seq(1, 1000))),
    erlang:display(erlang:phash2(list_to_tuple(lists:seq(1, 1000)))),
    erlang:display(erlang:phash2(binary:copy(<<"0123456789">>, 100))),
    erlang:display(erlang:phash2(maps:from_list([{I, -I} || I <- lists:seq(1, 100)]))),
    erlang:display(erlang:phash2(lists:seq(256, 600))),
    erlang:display(erlang:phash2(1 bsl 1000)).
