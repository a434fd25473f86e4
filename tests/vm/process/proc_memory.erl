%% What processes give back when they end, and what goes with messages, signals, timers and references.
-module(proc_memory).
-export([start/0]).

-define(ROUNDS, 300).

start() ->
    Item = {lists:duplicate(500, x), binary:copy(<<"y">>, 2000)},
    [flat(Name, Way, Item) || {Name, Way} <- ways()],
    ok.

ways() ->
    [{messages_left, fun(Item) -> ended(fun() -> self() ! Item, self() ! {Item} end) end},
     {messages_from_others, fun(Item) -> P = spawn(fun wait/0), P ! Item, P ! [Item], gone(P) end},
     {messages_taken, fun(Item) -> self() ! Item, receive Item -> ok end end},
     {messages_to_the_dead, fun(Item) -> dead() ! Item end},
     {exit_reason, fun(Item) -> ended(fun() -> exit(Item) end) end},
     {exit_message, fun(Item) -> ended(fun() -> process_flag(trap_exit, true), spawn_link(fun() -> exit(Item) end), wait(1) end) end},
     {exit_signal, fun(Item) -> P = spawn(fun wait/0), exit(P, Item), gone(P) end},
     {down_taken, fun(Item) -> {_, M} = spawn_monitor(fun() -> exit(Item) end), receive {'DOWN', M, _, _, Item} -> ok end end},
     {down_left, fun(Item) -> ended(fun() -> spawn_monitor(fun() -> exit(Item) end), wait(1) end) end},
     {demonitored, fun(_) -> demonitor(monitor(process, whereis(init))) end},
     {monitor_left, fun(_) -> ended(fun() -> monitor(process, whereis(init)) end) end},
     {tag_of_the_dead, fun(Item) -> monitor(process, dead(), [{tag, Item}]), receive {Item, _, process, _, noproc} -> ok end end},
     {tag_demonitored, fun(Item) -> demonitor(monitor(process, whereis(init), [{tag, Item}])) end},
     {tag_left, fun(Item) -> ended(fun() -> monitor(process, whereis(init), [{tag, Item}]) end) end},
     {tag_of_the_ending, fun(Item) ->
         P = spawn(fun wait/0), monitor(process, P, [{tag, Item}]), exit(P, kill), receive {Item, _, process, P, killed} -> ok end end},
     {unlinked, fun(_) -> P = spawn_link(fun wait/0), unlink(P), gone(P) end},
     {aliases, fun(Item) -> A = alias(), A ! Item, receive Item -> ok end, unalias(A), A ! Item end},
     {timer_fired, fun(Item) -> erlang:send_after(0, self(), Item), receive Item -> ok end end},
     {timer_cancelled, fun(Item) -> erlang:cancel_timer(erlang:start_timer(1000000, self(), Item)) end},
     {timer_of_the_ending, fun(Item) -> ended(fun() -> erlang:send_after(1000000, self(), Item) end) end},
     {dictionary, fun(Item) -> ended(fun() -> put(Item, Item) end), put(Item, {Item}), erase(Item) end},
     {name, fun(_) -> ended(fun() -> register(a_name, self()) end) end},
     {spawn_arguments, fun(Item) -> {_, M} = spawn_monitor(erlang, element, [1, {Item}]), receive {'DOWN', M, _, _, _} -> ok end end},
     {closure, fun(Item) -> ended(fun() -> hd(element(1, Item)) end) end},
     {exceptions, fun(Item) -> try error(Item) catch error:Item -> ok end, try throw(Item) catch throw:_:Stack -> length(Stack) end end},
     {counters, fun(_) -> counters:add(counters:new(1000, []), 1, 1), atomics:add(atomics:new(1000, []), 1, 1) end},
     {sub_binaries, fun({_, Binary}) -> self() ! binary:part(Binary, 100, 1500), receive <<_/binary>> -> ok end end},
     {appended, fun({_, Binary}) -> lists:foldl(fun(_, B) -> <<B/binary, Binary/binary>> end, <<>>, [1, 2, 3]) end},
     {code_of_terms, fun(Item) -> Item = binary_to_term(term_to_binary(Item, [compressed])) end},
     {patterns, fun(_) -> {ok, P} = re:compile(lists:duplicate(300, $a)), nomatch = re:run("b", P) end},
     {suspended, fun(Item) -> P = spawn(fun wait/0), erlang:suspend_process(P), P ! Item, exit(P, kill), gone(P) end}].

%% The rounds are made by a process of its own, whose heap goes with it.
flat(Name, Way, Item) ->
    ended(fun() -> [Way(Item) || _ <- lists:seq(1, 3)] end),
    Before = total(),
    ended(fun() -> [Way(Item) || _ <- lists:seq(1, ?ROUNDS)] end),
    Left = total() - Before,
    io:format("~p: ~p~n", [Name, Left < 300000 orelse Left]).

ended(Run) ->
    {Pid, Monitor} = spawn_monitor(Run),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

gone(P) ->
    M = monitor(process, P),
    exit(P, kill),
    receive {'DOWN', M, process, P, _} -> ok end.

dead() ->
    P = spawn(fun() -> ok end),
    gone(P),
    P.

wait() -> receive never -> ok end.

%% Until so many messages are there.
wait(N) ->
    case process_info(self(), message_queue_len) of
        {_, N} -> ok;
        _ -> erlang:yield(), wait(N)
    end.

%% Of the machine alone: what erl holds is also that of whatever else runs in its node, and given back a moment later.
total() ->
    erlang:garbage_collect(),
    try atomvm:platform() of
        _ -> erlang:memory(total)
    catch
        error:undef -> 0
    end.
