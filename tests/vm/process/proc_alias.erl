%% An alias works until it is taken back.
-module(proc_alias).
-export([start/0]).

start() ->
    A = alias(),
    A ! one,
    erlang:display(receive one -> one after 100 -> none end),
    erlang:display(unalias(A)),
    A ! two,
    erlang:display(receive two -> two after 20 -> none end),
    erlang:display(unalias(A)),
    Self = self(),
    Pid = spawn(fun() -> receive {req, R} -> R ! {R, reply} end end),
    Mon = monitor(process, Pid, [{alias, reply_demonitor}]),
    Pid ! {req, Mon},
    erlang:display(receive {Mon, reply} -> got_reply end),
    erlang:display(receive {'DOWN', Mon, _, _, _} -> down after 20 -> no_down end),
    erlang:display(Self =:= self()).
