%% timer: what its server does. It becomes a child of kernel_sup with the first of these calls.
-module(otp_timer_server).
-export([start/0]).

start() ->
    say(whereis(timer_server)),
    {ok, Ticking} = timer:send_interval(1, tick),
    say([get_one(tick), get_one(tick), get_one(tick)]),
    say(timer:cancel(Ticking)),
    say([is_pid(whereis(timer_server)), is_pid(whereis(kernel_sup))]),
    say([Id || {Id, _, _, [timer]} <- supervisor:which_children(kernel_sup), Id =:= timer_server]),
    Self = self(),
    {ok, _} = timer:apply_after(1, erlang, send, [Self, applied]),
    say(get_one(applied)),
    {ok, Again} = timer:apply_interval(1, erlang, send, [Self, again]),
    say([get_one(again), get_one(again)]),
    say(timer:cancel(Again)),
    {ok, Late} = timer:send_after(60000, Self, late),
    say(timer:cancel(Late)),
    {ok, _} = timer:exit_after(1, spawn_monitored(), reason),
    receive {'DOWN', _, process, _, Reason} -> say(Reason) end,
    ends_with_its_process(Self),
    say(timer:send_interval(-1, tick)).

say(What) -> erlang:display(What).
get_one(Message) -> receive Message -> Message end.

spawn_monitored() ->
    {Pid, _} = spawn_monitor(fun() -> receive never -> ok end end),
    Pid.

%% An interval is over when the process is that it sends to.
ends_with_its_process(Self) ->
    Pid = spawn(fun() -> {ok, Timer} = timer:send_interval(1, tick), get_one(tick), Self ! {timer, Timer} end),
    Monitor = monitor(process, Pid),
    receive {'DOWN', Monitor, process, Pid, normal} -> ok end,
    receive {timer, _} -> say(ended) end.
