% A process begins with the heap that was asked for.
-module(proc_spawn_heap).
-export([start/0, wait/1]).

start() ->
    Sizes = [0, 1, 233, 3000, 60000],
    display([begins_with(Size, fun() -> wait([]) end) || Size <- Sizes]),
    Long = lists:seq(1, 5000),
    display([begins_with(Size, fun() -> wait(Long) end) || Size <- Sizes]),
    Mfa = [spawn_opt(?MODULE, wait, [Long], [link, {min_heap_size, Size}]) || Size <- Sizes],
    display([ends_with(Pid) || Pid <- Mfa]),
    {Pid, Ref} = spawn_opt(fun() -> exit(lists:sum(lists:seq(1, 20000))) end, [monitor, {min_heap_size, 3000}]),
    receive {'DOWN', Ref, process, Pid, Sum} -> display(Sum) end.

begins_with(Size, Fun) ->
    Pid = spawn_opt(Fun, [{min_heap_size, Size}]),
    {total_heap_size, Words} = process_info(Pid, total_heap_size),
    {Words >= Size, ends_with(Pid)}.

ends_with(Pid) ->
    Pid ! {sum, self()},
    receive {Pid, Sum} -> Sum end.

wait(Long) -> receive {sum, From} -> From ! {self(), lists:sum(Long)} end.

display(Term) -> erlang:display(Term).
