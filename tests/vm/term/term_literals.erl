%% Large literal terms in code are shared and unchanged by use.
-module(term_literals).
-export([start/0, id/1]).

start() ->
    L = table(),
    erlang:display(length(L)),
    erlang:display(lists:keyfind(3, 1, L)),
    erlang:display([{0, zero} | tl(L)]),
    erlang:display(element(3, hd(L))),
    erlang:display(maps:get(k, literal_map())),
    erlang:display((literal_map())#{k := new}),
    erlang:display(literal_map()),
    erlang:display(123456789012345678901234567890 + id(1)).

table() -> [{1, one, "first"}, {2, two, <<"second">>}, {3, three, [1, [2, [3, {4}]]]}].

literal_map() -> #{k => value, "list" => [1, 2], <<"bin">> => {a, b}, 1 => #{nested => true}}.

id(X) -> X.
