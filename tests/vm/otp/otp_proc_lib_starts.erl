%% proc_lib: starts that are acknowledged, fail, time out or die; initial calls, ancestors, crash reasons, stops.
-module(otp_proc_lib_starts).
-export([start/0, ack/1, ack/2, dies/1, slow/1, loop/0, system_terminate/4, system_continue/3]).

start() ->
    process_flag(trap_exit, true),
    Self = self(),
    p(proc_lib:start(?MODULE, ack, [Self])),
    p(proc_lib:start_link(?MODULE, ack, [Self])),
    {R, Ref} = proc_lib:start_monitor(?MODULE, ack, [Self]),
    p([R, is_reference(Ref)]),
    p(proc_lib:start(?MODULE, ack, [Self, {error, refused}])),
    p(proc_lib:start(?MODULE, dies, [early])),
    p(proc_lib:start_link(?MODULE, dies, [linked])),
    p(proc_lib:start(?MODULE, slow, [Self], 20)),
    p(catch_it(fun() -> proc_lib:start(?MODULE, ack, not_a_list) end)),
    flush(),
    Pid = proc_lib:spawn(?MODULE, loop, []),
    p(proc_lib:initial_call(Pid)),
    p(proc_lib:translate_initial_call(Pid)),
    p(proc_lib:initial_call(self())),
    Pid ! {ancestors, Self},
    receive {ancestors, A} -> p([X =:= Self || X <- A]) end,
    p(proc_lib:stop(Pid, because, 1000)),
    p(catch_it(fun() -> proc_lib:stop(Pid) end)),
    [crash(F) || F <- [fun() -> exit(normal) end, fun() -> exit(shutdown) end, fun() -> exit(other) end, fun() -> throw(ball) end,
                       fun() -> error(oops) end]],
    {Hibernating, HRef} = proc_lib:spawn_opt(fun() -> proc_lib:hibernate(?MODULE, loop, []) end, [monitor]),
    Hibernating ! {die, awake},
    receive {'DOWN', HRef, _, _, Why} -> p(Why) end.

ack(Parent) -> ack(Parent, {ok, started}).
ack(Parent, Answer) -> proc_lib:init_ack(Parent, Answer).
dies(Why) -> exit(Why).
slow(Parent) -> timer:sleep(200), proc_lib:init_ack(Parent, late).

loop() ->
    receive
        {ancestors, To} -> To ! {ancestors, get('$ancestors')}, loop();
        {die, Why} -> exit(Why);
        {system, From, Request} -> sys:handle_system_msg(Request, From, hd(get('$ancestors')), ?MODULE, [], state)
    end.

system_terminate(Why, _, _, _) -> exit(Why).
system_continue(_, _, _) -> loop().

crash(F) ->
    {P, R} = proc_lib:spawn_opt(F, [monitor]),
    receive {'DOWN', R, process, P, {Why, Stack}} when is_list(Stack) -> p({crashed, Why});
            {'DOWN', R, process, P, Why} -> p(Why) end.

flush() ->
    receive {'EXIT', _, Why} -> p({'EXIT', Why}), flush() after 50 -> ok end.

catch_it(F) ->
    try F() catch C:R -> {C, R} end.

p(X) -> io:format("~p~n", [strip(X)]).

strip(P) when is_pid(P) -> pid;
strip(T) when is_tuple(T) -> list_to_tuple(strip(tuple_to_list(T)));
strip([H | T]) -> [strip(H) | strip(T)];
strip(X) -> X.
