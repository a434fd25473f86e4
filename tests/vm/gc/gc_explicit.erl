%% erlang:garbage_collect in the middle keeps everything reachable.
-module(gc_explicit).
-export([start/0]).

start() ->
    T = {make(5), #{a => [b, <<"c">>, 1 bsl 80]}, fun(X) -> X + 1 end},
    true = erlang:garbage_collect(),
    erlang:display(element(1, T)),
    erlang:display(element(2, T)),
    erlang:display((element(3, T))(1)),
    erlang:garbage_collect(),
    erlang:display(length(element(1, T))).

make(0) -> [];
make(N) -> [{N, integer_to_list(N)} | make(N - 1)].
