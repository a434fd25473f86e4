%% spawn with module, function and arguments; is_process_alive; the message is the value of a send.
-module(proc_spawn_mfa).
-export([start/0]).

-export([child/2]).

start() ->
    Pid = spawn(?MODULE, child, [self(), 42]),
    erlang:display(receive {from_child, N} -> N end),
    R = monitor(process, Pid),
    receive {'DOWN', R, process, Pid, _} -> ok end,
    erlang:display(is_process_alive(Pid)),
    erlang:display(is_process_alive(self())),
    erlang:display(self() ! hello),
    erlang:display(receive hello -> got_it end).

child(Parent, N) ->
    Parent ! {from_child, N}.
