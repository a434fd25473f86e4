%% A process that has more than its max_heap_size is told to the logger, unless it wants none of that; it is ended or goes on,
%% as it wants.
-module(limit_heap_report).
-export([start/0, log/2]).

start() ->
    Others = [{Id, Level} || #{id := Id, level := Level} <- logger:get_handler_config()],
    [logger:set_handler_config(Id, level, none) || {Id, _} <- Others],
    logger:add_handler(?MODULE, ?MODULE, #{config => #{to => self()}}),
    logger:set_primary_config(level, error),
    _ = run(fun() -> hoard([]) end, #{size => 2500, kill => true, error_logger => false}),
    Pid = run(fun() -> hoard([]) end, #{size => 2500, kill => true, error_logger => true}),
    receive {logged, Event} -> show(Pid, Event) end, % were there one of the first, it would come before
    Other = run(fun() -> exit(length(hold(300, []))) end, #{size => 233, kill => false}),
    receive {logged, Next} -> show(Other, Next) end,
    logger:set_primary_config(level, none),
    logger:remove_handler(?MODULE),
    [logger:set_handler_config(Id, level, Level) || {Id, Level} <- Others].

run(Fun, Limit) ->
    {Pid, Monitor} = spawn_opt(Fun, [monitor, {max_heap_size, Limit}]),
    receive {'DOWN', Monitor, process, Pid, Reason} -> io:format("~p~n", [Reason]) end,
    Pid.

show(Pid, #{level := Level, meta := #{pid := Of, error_logger := ErrorLogger}, msg := {Format, Arguments}}) ->
    io:format("~p ~p ~p~n~s", [Level, Of =:= Pid, lists:sort(maps:to_list(ErrorLogger)), Format]),
    [Who, Words, Heap, Kill, Report, Queue, Info | Trace] = Arguments,
    io:format("~p ~p ~p ~p ~p ~p~n", [Who =:= Pid, Words, Heap > Words, Kill, Report, Queue]),
    io:format("~p~n", [[Key || {Key, Value} <- Info, is_integer(Value)]]),
    io:format("~p~n", [[Entry || Stack <- Trace, {?MODULE, _, _, _} = Entry <- Stack]]).

hoard(Held) -> hoard([make_ref() | Held]).

hold(0, Held) -> Held;
hold(N, Held) -> hold(N - 1, [N | Held]).

log(Event, #{config := #{to := Pid}}) -> Pid ! {logged, Event}.
