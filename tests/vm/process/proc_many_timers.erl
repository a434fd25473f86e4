%% Hundreds of timers at once: each is found again by its reference, cancelled or read, and the rest arrive.
-module(proc_many_timers).
-export([start/0]).

-define(COUNT, 600).

start() ->
    far(),
    near(),
    of_others().

%% None of these fires: a timer that was cancelled is not there any more, the others are.
far() ->
    Timers = [{N, erlang:start_timer(100000000 + N rem 7, self(), N)} || N <- lists:seq(1, ?COUNT)],
    {Cancelled, Kept} = lists:partition(fun({N, _}) -> N * 7919 rem 5 < 3 end, Timers),
    Left = [erlang:cancel_timer(Timer) || {_, Timer} <- lists:reverse(Cancelled)],
    print("cancelled", [is_integer(Time) || Time <- Left]),
    print("again", [erlang:cancel_timer(Timer) || {_, Timer} <- Cancelled]),
    print("read", [is_integer(erlang:read_timer(Timer)) || {_, Timer} <- Kept]),
    print("gone", [erlang:read_timer(Timer) || {_, Timer} <- Cancelled]),
    print("kept", [is_integer(erlang:cancel_timer(Timer)) || {_, Timer} <- Kept]),
    print("other", [erlang:cancel_timer(make_ref())]).

%% Whatever was not cancelled in time arrives, once.
near() ->
    Now = erlang:monotonic_time(millisecond),
    Timers = [{N, erlang:send_after(Now + 20 + N rem 3, self(), {near, N rem 3, N}, [{abs, true}])} || N <- lists:seq(1, ?COUNT)],
    Stopped = [N || {N, Timer} <- Timers, N rem 2 =:= 0, erlang:cancel_timer(Timer) =/= false],
    Wanted = lists:sort([{near, N rem 3, N} || N <- lists:seq(1, ?COUNT) -- Stopped]),
    Arrived = [receive {near, _, _} = Message -> Message end || _ <- Wanted],
    io:format("near ~p~n", [lists:sort(Arrived) =:= Wanted]),
    print("more", [receive {near, _, _} -> more after 0 -> none end]).

%% Timers end with the process that they are for.
of_others() ->
    Pids = [spawn(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, 20)],
    Timers = [{Pid, erlang:send_after(100000000, Pid, N)} || N <- lists:seq(1, 50), Pid <- Pids],
    {Ended, Alive} = lists:split(10, Pids),
    Monitors = [monitor(process, Pid) || Pid <- Ended],
    [exit(Pid, kill) || Pid <- Ended],
    [receive {'DOWN', Monitor, _, _, _} -> ok end || Monitor <- Monitors],
    print("of the ended", [erlang:read_timer(Timer) || {Pid, Timer} <- Timers, lists:member(Pid, Ended)]),
    print("of the others", [is_integer(erlang:cancel_timer(Timer)) || {Pid, Timer} <- Timers, lists:member(Pid, Alive)]),
    [Pid ! stop || Pid <- Alive].

print(What, Results) ->
    io:format("~s ~p of ~p~n", [What, lists:usort(Results), length(Results)]).
