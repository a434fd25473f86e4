%% What OTP documents of system_info, statistics, memory and system_flag: the same kinds of values, the same errors.
-module(bif_system_items).
-export([start/0]).

start() ->
    [show(system_info, Item, fun() -> erlang:system_info(Item) end) || Item <- system_info()],
    [show(statistics, Item, fun() -> erlang:statistics(Item) end) || Item <- statistics()],
    [show(memory, Item, fun() -> erlang:memory(Item) end) || Item <- memory()],
    show(memory, all, fun() -> [Kind || {Kind, _} <- erlang:memory()] end),
    [show(system_flag, {Flag, Value}, fun() -> erlang:system_flag(Flag, Value) end) || {Flag, Value} <- system_flags()],
    [show(limit, N, fun() -> erlang:system_flag(outstanding_system_requests_limit, N) end) || N <- [100, 0, 4, -1]],
    erlang:display([erlang:system_info(Item) || Item <- [delayed_node_table_gc, dist_buf_busy_limit, normal_multi_scheduling_blockers, dynamic_trace]]).

%% Not in this list, since they describe the emulator: allocators, drivers, NIFs, its tables as text.
system_info() ->
    [atom_count, atom_limit, build_type, c_compiler_used, compat_rel, creation, debug_compiled, delayed_node_table_gc,
     dirty_cpu_schedulers, dirty_cpu_schedulers_online, dirty_io_schedulers, dist_buf_busy_limit, dist_ctrl, dynamic_trace,
     dynamic_trace_probes, emu_flavor, emu_type, end_time, ets_count, ets_limit, fullsweep_after, garbage_collection,
     heap_type, kernel_poll, lock_checking, lock_counting, logical_processors, logical_processors_online, machine,
     max_heap_size, message_queue_data, min_bin_vheap_size, min_heap_size, modified_timing_level, multi_scheduling,
     multi_scheduling_blockers, normal_multi_scheduling_blockers, otp_release, os_type, os_version,
     outstanding_system_requests_limit, port_count, port_limit, port_parallelism, process_count, process_limit,
     scheduler_bind_type, scheduler_id, schedulers, schedulers_online, schedulers_state, smp_support, start_time, system_architecture, system_version,
     thread_pool_size, threads, time_correction, time_offset, time_warp_mode, tolerant_timeofday, trace_control_word,
     update_cpu_info, version, wordsize, {wordsize, internal}, {wordsize, external}, {wordsize, x}, async_dist, halt_flush_timeout,
     foo, 1, {process_count}, "version", {cpu_topology, x}].

statistics() ->
    [active_tasks, active_tasks_all, context_switches, exact_reductions, garbage_collection, io, reductions, run_queue,
     run_queue_lengths, run_queue_lengths_all, runtime, scheduler_wall_time, total_active_tasks, total_active_tasks_all,
     total_run_queue_lengths, total_run_queue_lengths_all, wall_clock, foo, 1, {io}].

memory() ->
    [total, processes, processes_used, system, atom, atom_used, binary, code, ets, maximum, low, foo, 1, [], [total, ets], [total, foo], [1]].

system_flags() ->
    [{Flag, Value} || Flag <- [backtrace_depth, fullsweep_after, min_heap_size, min_bin_vheap_size, schedulers_online, trace_control_word,
                               scheduler_wall_time, microstate_accounting, multi_scheduling, time_offset, foo, erl],
                      Value <- [x, -1, <<>>]]
        ++ [{schedulers_online, 0}, {multi_scheduling, unblock}, {microstate_accounting, false}, {microstate_accounting, reset}, {scheduler_wall_time, false},
            {backtrace_depth, 8}, {fullsweep_after, 65535}, {min_heap_size, 233}, {min_bin_vheap_size, 46422}, {trace_control_word, 0}].

show(What, Item, Fun) ->
    Result = try kind(Fun())
             catch error:Reason:Stack -> {Reason, maps:get(cause, proplists:get_value(error_info, element(4, hd(Stack)), #{}), none)}
             end,
    erlang:display({What, Item, Result}).

kind(Value) when is_boolean(Value) -> boolean;
kind(Value) when is_atom(Value) -> atom;
kind(Value) when is_integer(Value) -> integer;
kind(Value) when is_map(Value) -> lists:sort(maps:keys(Value));
kind([]) -> [];
kind([{Name, _} | _] = Pairs) when is_atom(Name) -> [{Key, kind(Value)} || {Key, Value} <- Pairs];
kind([First | _]) -> [kind(First)];
kind(Value) when is_tuple(Value) -> list_to_tuple([kind(Element) || Element <- tuple_to_list(Value)]).
