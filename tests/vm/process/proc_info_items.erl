%% process_info: every item, of oneself, of another and of one that is gone.
-module(proc_info_items).
-export([start/0, wait/0]).

-define(KNOWN, [backtrace, binary, catchlevel, current_function, current_location, current_stacktrace, dictionary, error_handler,
                garbage_collection, garbage_collection_info, group_leader, heap_size, initial_call, links, last_calls, memory,
                message_queue_len, messages, min_heap_size, min_bin_vheap_size, monitored_by, monitors, message_queue_data,
                priority, reductions, registered_name, sequential_trace_token, stack_size, status, suspending, total_heap_size,
                trace, trap_exit]).

start() ->
    [erlang:display({Item, shape(catch_it(fun() -> process_info(self(), Item) end))}) || Item <- ?KNOWN],
    erlang:display(catch_it(fun() -> process_info(self(), no_such_item) end)),
    erlang:display(catch_it(fun() -> process_info(self(), [trap_exit, no_such_item]) end)),
    erlang:display(catch_it(fun() -> process_info(not_a_pid, links) end)),
    Pid = spawn(?MODULE, wait, []),
    true = register(proc_info_other, Pid),
    Ref = monitor(process, Pid),
    Pid ! a,
    Pid ! b,
    yield_until(Pid),
    [erlang:display(process_info(Pid, Item))
     || Item <- [registered_name, status, messages, message_queue_len, initial_call, current_function, trap_exit, priority, dictionary,
                 links, monitors]],
    erlang:display(process_info(Pid, monitored_by) =:= {monitored_by, [self()]}),
    erlang:display(process_info(self(), monitors) =:= {monitors, [{process, Pid}]}),
    erlang:display(process_info(Pid, [status, trap_exit, status])),
    erlang:display(process_info(Pid, [])),
    Many = lists:append(lists:duplicate(1000, [status, trap_exit])),
    erlang:display(process_info(Pid, Many) =:= [{Item, element(2, process_info(Pid, Item))} || Item <- Many]),
    erlang:display([catch_it(fun() -> process_info(Pid, Items) end) || Items <- [[status | trap_exit], Many ++ [none], [status | none]]]),
    exit(Pid, kill),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display([process_info(Pid, Item) || Item <- [status, links, registered_name, [links, status]]]),
    erlang:display(process_info(Pid)),
    erlang:display(lists:sort([K || {K, _} <- process_info(self())])).

wait() ->
    put(key, value),
    process_flag(trap_exit, true),
    receive never -> ok end.

yield_until(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> ok;
        _ -> erlang:yield(), yield_until(Pid)
    end.

shape({Key, V}) when is_pid(V) -> {Key, pid};
shape({Key, V}) when is_integer(V) -> {Key, V >= 0};
shape({Key, V}) when is_binary(V) -> {Key, binary};
shape({Key, V}) when Key =:= garbage_collection -> {Key, lists:sort([K || {K, _} <- V])};
shape({Key, V}) when Key =:= garbage_collection_info -> {Key, lists:sort([K || {K, _} <- V])};
shape({current_stacktrace, [{M, F, A, L} | _]}) -> {M, F, A, lists:keymember(line, 1, L)};
shape({current_location, {M, F, A, L}}) -> {M, F, A, lists:keymember(line, 1, L)};
shape({dictionary, V}) -> is_list(V);
shape({Key, V}) when Key =:= binary; Key =:= links; Key =:= monitored_by -> {Key, is_list(V)};
shape({initial_call, _}) -> initial_call;
shape(Other) -> Other.

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
