%% seq, sum, max, min, duplicate.
-module(list_seq_sum).
-export([start/0, id/1]).

start() ->
    erlang:display(lists:seq(1, 10)),
    erlang:display(lists:seq(10, 1, -3)),
    erlang:display(lists:seq(1, 0)),
    erlang:display(lists:sum([1, 2, 3])),
    erlang:display(lists:max([3, 9, 2])),
    erlang:display(lists:min([3, 9, 2])),
    erlang:display(lists:duplicate(3, x)),
    erlang:display(lists:sum(lists:seq(1, 5000))),
    erlang:display(try lists:seq(id(1), id(-1)) catch error:R -> R end),
    erlang:display(try lists:max(id([])) catch error:R2 -> R2 end).

id(X) -> X.
