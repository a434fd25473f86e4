%% Without kill, max_heap_size reports each collection that leaves the process with more, and its flags are as the system's.
%% Not on the hostile build: it collects, and reports, at every allocation.
-module(limit_heap_reports).
-export([start/0, log/2]).

-define(LIMIT, 5000).

start() ->
    Others = [{Id, Level} || #{id := Id, level := Level} <- logger:get_handler_config()],
    [logger:set_handler_config(Id, level, none) || {Id, _} <- Others],
    logger:add_handler(?MODULE, ?MODULE, #{config => #{to => self()}}),
    logger:set_primary_config(level, error),
    goes_on(),
    binaries(),
    logger:set_primary_config(level, none),
    logger:remove_handler(?MODULE),
    [logger:set_handler_config(Id, level, Level) || {Id, Level} <- Others].

%% One report for each collection, and none once there is no limit.
goes_on() ->
    Collected = fun() ->
        Held = lists:seq(1, 20000),
        process_flag(max_heap_size, #{size => ?LIMIT, kill => false}),
        [erlang:garbage_collect() || _ <- [1, 2, 3]],
        process_flag(max_heap_size, #{size => ?LIMIT, kill => false, error_logger => false}),
        erlang:garbage_collect(),
        process_flag(max_heap_size, 0),
        erlang:garbage_collect(),
        exit(length(Held))
    end,
    Pid = run(Collected, 0),
    io:format("~p~n", [reports_of(Pid)]).

binaries() ->
    Hold = fun() ->
        Held = [binary:copy(<<"a">>, 100000) || _ <- lists:seq(1, 30)],
        erlang:garbage_collect(),
        exit(length(Held))
    end,
    io:format("not counted: ~p~n", [reports_of(run(Hold, #{size => ?LIMIT}))]),
    Pid = run(Hold, #{size => ?LIMIT, include_shared_binaries => true}),
    io:format("since OTP 27 counted: ~p~n", [reports_of(Pid)]).

run(Fun, Limit) ->
    {Pid, Monitor} = spawn_opt(Fun, [monitor, {max_heap_size, Limit}]),
    receive {'DOWN', Monitor, process, Pid, Reason} -> io:format("~p~n", [Reason]) end,
    Pid.

%% How many there are until the one about a process that comes later.
reports_of(Pid) -> reports_of(Pid, run(fun() -> hoard([]) end, #{size => 2500}), 0).

reports_of(Pid, Last, Count) ->
    receive
        {logged, #{meta := #{pid := Last}}} -> Count;
        {logged, #{meta := #{pid := Pid}}} -> reports_of(Pid, Last, Count + 1)
    end.

hoard(Held) -> hoard([make_ref() | Held]).

log(Event, #{config := #{to := Pid}}) -> Pid ! {logged, Event}.
