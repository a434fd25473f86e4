%% process_info: binaries, how a process began, parts of the dictionary, items that newer releases have.
-module(proc_info_more).
-export([start/0, waits/0]).

start() ->
    Held = binary:copy(<<"held">>, 100),
    Fun = fun() -> put(key, {value, Held}), put('$process_label', {label, 1}), waits() end,
    Pids = [Local | _] = [ready(spawn(Fun)), ready(spawn(fun ?MODULE:waits/0)), ready(spawn(?MODULE, waits, []))],
    [erlang:display(process_info(Pid, initial_call)) || Pid <- Pids],
    {binary, Binaries} = process_info(Local, binary),
    erlang:display([{is_integer(Address), Size, References > 1} || {Address, Size, References} <- Binaries, Size =:= 400]),
    erlang:display(process_info(lists:last(Pids), binary)),
    Items = [label, async_dist, priority_messages, {dictionary, key}, {dictionary, none}, [{dictionary, key}, status], {foo, key}, {dictionary}, foo],
    [erlang:display({Item, info(Pid, Item)}) || Item <- Items, Pid <- [Local, lists:last(Pids)]],
    [exit(Pid, kill) || Pid <- Pids],
    byte_size(Held).

ready(Pid) ->
    Pid ! {self(), ready},
    receive {Pid, ready} -> until_waiting(Pid) end.

until_waiting(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> Pid;
        _ -> until_waiting(Pid)
    end.

waits() ->
    receive {From, ready} -> From ! {self(), ready}, waits() end.

info(Pid, Item) ->
    try process_info(Pid, Item) of
        {_, {value, Held}} -> {value, byte_size(Held)};
        [{_, {value, Held}}, Status] -> {value, byte_size(Held), Status};
        Value -> Value
    catch error:Reason -> Reason
    end.
