%% A process over its max_heap_size is killed and the others go on.
-module(limit_max_heap_size).
-export([start/0]).

start() ->
    {P, R} = spawn_opt(fun() -> grow([]) end, [monitor, {max_heap_size, #{size => 100000, kill => true, error_logger => false}}]),
    erlang:display(receive {'DOWN', R, process, P, Reason} -> Reason end),
    erlang:display(length(lists:seq(1, 1000))).

grow(L) -> grow([L, L | L]).
