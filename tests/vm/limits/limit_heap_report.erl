%% A process that its max_heap_size ends is told to the logger, unless it wants none of that.
-module(limit_heap_report).
-export([start/0, log/2]).

start() ->
    Others = [{Id, Level} || #{id := Id, level := Level} <- logger:get_handler_config()],
    [logger:set_handler_config(Id, level, none) || {Id, _} <- Others],
    logger:add_handler(?MODULE, ?MODULE, #{config => #{to => self()}}),
    logger:set_primary_config(level, error),
    _ = ended(#{size => 2500, kill => true, error_logger => false}),
    Pid = ended(#{size => 2500, kill => true, error_logger => true}),
    receive {logged, Event} -> show(Pid, Event) end, % were there one of the first, it would come before
    logger:set_primary_config(level, none),
    logger:remove_handler(?MODULE),
    [logger:set_handler_config(Id, level, Level) || {Id, Level} <- Others].

ended(Limit) ->
    {Pid, Monitor} = spawn_opt(fun() -> hoard([]) end, [monitor, {max_heap_size, Limit}]),
    receive {'DOWN', Monitor, process, Pid, Reason} -> io:format("~p~n", [Reason]) end,
    Pid.

show(Pid, #{level := Level, meta := #{pid := Of, error_logger := ErrorLogger}, msg := {Format, Arguments}}) ->
    io:format("~p ~p ~p ~s~n", [Level, Of =:= Pid, lists:sort(maps:to_list(ErrorLogger)), hd(string:split(Format, "~n     Max"))]),
    [Who, Words, Heap, Kill, Report, Queue, Info | _] = Arguments,
    io:format("~p ~p ~p ~p ~p ~p~n", [Who =:= Pid, Words, Heap > Words, Kill, Report, Queue]),
    io:format("~p~n", [[is_integer(Value) || {Key, Value} <- Info, lists:member(Key, [heap_size, stack_size])]]).

hoard(Held) -> hoard([make_ref() | Held]).

log(Event, #{config := #{to := Pid}}) -> Pid ! {logged, Event}.
