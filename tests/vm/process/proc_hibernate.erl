%% hibernate drops the stack and goes on with a message.
-module(proc_hibernate).
-export([start/0]).

-export([awake/2]).

start() ->
    Self = self(),
    {Pid, Ref} = spawn_monitor(fun() ->
        put(kept, yes),
        try erlang:hibernate(?MODULE, awake, [Self, [1, 2, 3]]) after Self ! never end
    end),
    receive after 10 -> ok end,
    erlang:display([process_info(Pid, Item) || Item <- [current_function, current_location, current_stacktrace, status, initial_call]]),
    Pid ! wake,
    erlang:display(receive {woken, T} -> T end),
    erlang:display(receive {'DOWN', Ref, _, _, Why} -> Why end),
    erlang:display(receive never -> never after 0 -> stack_dropped end).

awake(Parent, L) ->
    receive wake -> Parent ! {woken, {L, get(kept)}} end.
