%% spawn_opt with link and monitor.
-module(proc_spawn_opt).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    {P, R} = spawn_opt(fun() -> exit(a_reason) end, [link, monitor]),
    erlang:display(receive {'EXIT', P, W1} -> W1 end),
    erlang:display(receive {'DOWN', R, process, P, W2} -> W2 end),
    {P3, R3} = spawn_opt(fun() -> exit(b_reason) end, [monitor, {min_heap_size, 1000}]),
    erlang:display(receive {'DOWN', R3, process, P3, W3} -> W3 end).
