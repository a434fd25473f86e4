%% Atoms order by their text.
-module(compare_atoms).
-export([start/0, id/1]).

start() ->
    erlang:display(lists:sort([b, a, ab, 'B', '', aa, zebra, '1', 'a b'])),
    erlang:display([true > id(false), a < id(b), nil < id(null)]).

id(X) -> X.
