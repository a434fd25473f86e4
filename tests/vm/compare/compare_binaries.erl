%% Binaries and bit strings order bit by bit, a prefix first.
-module(compare_binaries).
-export([start/0, id/1]).

start() ->
    Sorted = lists:sort([<<"b">>, <<"a">>, <<>>, <<"ab">>, <<1:3>>, <<255, 1:1>>, <<255>>, <<0:7>>, <<"aa">>]),
    [erlang:display(B) || B <- Sorted],
    <<_:3, Rest/bits>> = id(<<1, 2, 3>>),
    erlang:display([Rest < <<255>>, Rest =:= <<8, 16, 3:5>>, Rest == <<8, 16, 2:5>>]).

id(X) -> X.
