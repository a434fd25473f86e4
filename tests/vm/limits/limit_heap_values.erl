%% Values of max_heap_size: what one does not say is as the system's flag has it, not as it was.
-module(limit_heap_values).
-export([start/0]).

start() ->
    Values = [#{size => 500000, kill => false}, 400000, #{size => 500000, error_logger => false}, #{size => 0, include_shared_binaries => x}],
    show(Values),
    io:format("~p~n", [erlang:system_flag(max_heap_size, #{size => 600000, kill => false})]),
    io:format("~p~n", [erlang:system_info(max_heap_size)]),
    show(Values),
    show([0, none, -1, 10, 232, #{}, #{kill => true}, #{size => 1000, kill => 1}]),
    Ask = fun() -> exit(process_info(self(), max_heap_size)) end,
    {_, Monitor} = spawn_monitor(Ask),
    receive {'DOWN', Monitor, process, _, Reason} -> io:format("~p~n", [Reason]) end,
    io:format("~p~n", [erlang:system_flag(max_heap_size, #{size => 0, kill => true})]),
    io:format("~p~n", [erlang:system_info(max_heap_size)]),
    [io:format("~p~n", [element(1, element(2, catch erlang:system_flag(max_heap_size, Bad)))]) || Bad <- [a, 10, #{}]].

show(Values) ->
    Set = fun() ->
        [io:format("~p~n", [try process_flag(max_heap_size, Value) catch error:Reason -> Reason end]) || Value <- Values],
        exit(process_info(self(), max_heap_size))
    end,
    {_, Monitor} = spawn_monitor(Set),
    receive {'DOWN', Monitor, process, _, Reason} -> io:format("~p~n", [Reason]) end.

