%% -on_load: runs before anything of the module is called, exported or not, in a process of its own.
-module(otp_on_load).
-export([start/0]).
-on_load(prepare/0).

start() ->
    {Pid, Table} = persistent_term:get(?MODULE),
    erlang:display({is_pid(Pid), Pid =/= self(), is_process_alive(Pid), Table, kept(table)}),
    true = persistent_term:erase(?MODULE).

prepare() ->
    persistent_term:put(?MODULE, {self(), [N * N || N <- lists:seq(1, 5)]}),
    ok.

kept(X) -> X.
