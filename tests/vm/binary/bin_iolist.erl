%% iolists: flattening, size, and what is refused.
-module(bin_iolist).
-export([start/0, id/1]).

start() ->
    L = id([<<"a">>, [98, [<<"cd">>], []], $e | <<"f">>]),
    erlang:display(iolist_to_binary(L)),
    erlang:display(iolist_size(L)),
    erlang:display(list_to_binary(L)),
    erlang:display(binary_to_list(<<"xyz">>)),
    erlang:display(binary_to_list(<<"vwxyz">>, 2, 4)),
    erlang:display(iolist_to_binary(<<"already">>)),
    [erlang:display(try iolist_to_binary(id(X)) catch error:R -> R end) || X <- [[256], [a], [-1], [<<1:3>>], [1 | 2], x]],
    erlang:display(erlang:iolist_to_iovec([<<"a">>, "b"])).

id(X) -> X.
