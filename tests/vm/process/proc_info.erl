%% process_info: a few items about oneself and another.
-module(proc_info).
-export([start/0]).

start() ->
    self() ! one,
    self() ! two,
    erlang:display(process_info(self(), message_queue_len)),
    erlang:display(process_info(self(), messages)),
    erlang:display(process_info(self(), trap_exit)),
    put(a, b),
    {dictionary, Dict} = process_info(self(), dictionary),
    erlang:display(lists:member({a, b}, Dict)),
    erlang:display(process_info(self(), registered_name)),
    register(info_name, self()),
    erlang:display(process_info(self(), registered_name)),
    erlang:display([K || {K, _} <- process_info(self(), [heap_size, status, reductions])]),
    {Pid, Ref} = spawn_monitor(fun() -> ok end),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    erlang:display(process_info(Pid, links)),
    P2 = spawn_link(fun() -> receive stop -> ok end end),
    {links, Links} = process_info(self(), links),
    erlang:display(lists:member(P2, Links)),
    P2 ! stop.
