%% proc_lib: start with an acknowledgement, and a failed start.
-module(otp_proc_lib).
-export([start/0]).

-export([good/1, bad/1]).

start() ->
    {ok, P} = proc_lib:start_link(?MODULE, good, [self()]),
    p(receive {started, P} -> started end),
    process_flag(trap_exit, true),
    p(proc_lib:start_link(?MODULE, bad, [self()])),
    Pid = proc_lib:spawn_link(fun() -> p(length(get('$ancestors'))), exit(normal) end),
    p(receive {'EXIT', Pid, Why} -> Why end).

good(Parent) ->
    proc_lib:init_ack({ok, self()}),
    Parent ! {started, self()},
    receive stop -> ok end.

bad(_Parent) -> exit(no_start).

p(X) -> io:format("~p~n", [X]).
