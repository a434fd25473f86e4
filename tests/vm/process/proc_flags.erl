%% process_flag: each flag gives the value before; wrong values and unknown flags are badarg.
-module(proc_flags).
-export([start/0]).

start() ->
    show(trap_exit, [true, false, 'maybe']),
    show(priority, [high, low, max, normal, highest]),
    show(message_queue_data, [off_heap, on_heap, nowhere]),
    show(min_heap_size, [-1, many]),
    show(min_bin_vheap_size, [-1, many]),
    show(save_calls, [3, 0, -1, 10001]),
    show(sensitive, [true, false, 1]),
    show(fullsweep_after, [5, -1, often]),
    show(max_heap_size, [#{size => -1}, #{size => 100, kill => 1}, small]),
    show(error_handler, [other_handler, error_handler, 1]),
    show(no_such_flag, [true]),
    erlang:display(catch_it(fun() -> process_flag(list_to_pid("<0.0.0>"), trap_exit, true) end)),
    erlang:display(catch_it(fun() -> process_flag(self(), save_calls, no) end)),
    erlang:display([catch_it(fun() -> process_flag(self(), save_calls, N) end) || N <- [7, 5, 10001, 0, 0]]),
    max_heap_size().

show(Flag, Values) -> erlang:display({Flag, [catch_it(fun() -> process_flag(Flag, V) end) || V <- Values]}).

max_heap_size() ->
    _ = process_flag(max_heap_size, #{size => 1000000, kill => false, error_logger => false}),
    Old = process_flag(max_heap_size, 0),
    erlang:display([maps:get(K, Old) || K <- [size, kill, error_logger]]).

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
