%% erlang:phash2 gives the documented, portable values.
-module(bif_phash2).
-export([start/0]).

start() ->
    Terms = [0, 1, -1, 255, 1 bsl 27, 1 bsl 31, 1 bsl 62, 1 bsl 64, -(1 bsl 100), a, hello, [], {}, {a}, {a, 1}, [1, 2, 3], "abc",
             [a | b], <<>>, <<"a">>, <<"hello world, this is longer">>, <<5:3>>, 1.5, 0.0, #{}, #{a => 1}, #{a => 1, b => [2]}, [[[]]], true],
    [erlang:display(erlang:phash2(T)) || T <- Terms],
    erlang:display([erlang:phash2(T, 10) || T <- Terms]),
    erlang:display(erlang:phash2(hello, 1 bsl 32)).
