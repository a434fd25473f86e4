%% Tuple natives: element, setelement, append, insert, delete, conversion.
-module(term_tuples).
-export([start/0, id/1]).

start() ->
    T = id({a, b, c}),
    erlang:display(element(2, T)),
    erlang:display(setelement(2, T, x)),
    erlang:display(tuple_size(T)),
    erlang:display(size(T)),
    erlang:display(erlang:append_element(T, d)),
    erlang:display(erlang:insert_element(1, T, z)),
    erlang:display(erlang:delete_element(3, T)),
    erlang:display(erlang:make_tuple(3, [])),
    erlang:display(erlang:make_tuple(4, x, [{2, b}, {4, d}, {2, last}])),
    erlang:display(tuple_to_list(T)),
    erlang:display(list_to_tuple([1, 2, 3])),
    erlang:display(T),
    erlang:display(tuple_size(list_to_tuple(lists:seq(1, 1000)))),
    erlang:display([try element(I, T) catch error:R -> R end || I <- [0, 4, a]]),
    erlang:display(try setelement(4, T, x) catch error:R2 -> R2 end).

id(X) -> X.
