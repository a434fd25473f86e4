%% Conversions between lists, tuples, atoms, numbers, binaries.
-module(bif_convert).
-export([start/0, id/1]).

start() ->
    erlang:display(list_to_tuple([a, {b}, [c]])),
    erlang:display(tuple_to_list({})),
    erlang:display(integer_to_binary(-42)),
    erlang:display(binary_to_integer(<<"123456789012345678901234567890">>)),
    erlang:display(list_to_binary([<<1>>, [2, 3], 4])),
    erlang:display(float_to_list(binary_to_float(<<"2.5e3">>), [short])),
    erlang:display(list_to_atom("x")),
    erlang:display(bit_size(<<1:7>>)),
    erlang:display([try F() catch error:R -> R end || F <- [
        fun() -> list_to_tuple(id([a | b])) end,
        fun() -> binary_to_integer(id(<<"1.0">>)) end,
        fun() -> integer_to_list(id(a)) end,
        fun() -> tuple_to_list(id([])) end,
        fun() -> binary_to_float(id(<<"1">>)) end,
        fun() -> list_to_binary(id([1000])) end]]).

id(X) -> X.
