%% integer_to_list and list_to_integer in every base from 2 to 36.
-module(arith_bases).
-export([start/0, id/1]).

start() ->
    [show(B) || B <- lists:seq(2, 36)],
    erlang:display(list_to_integer("-00ff", 16)),
    erlang:display(list_to_integer("+12")),
    erlang:display(binary_to_integer(<<"-7F">>, 16)).

show(B) ->
    T = integer_to_list(id(123456789), B),
    erlang:display({B, T, list_to_integer(T, B)}).

id(X) -> X.
