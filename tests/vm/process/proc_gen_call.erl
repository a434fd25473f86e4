%% Request and reply with references, several clients at once.
-module(proc_gen_call).
-export([start/0]).

start() ->
    Server = spawn(fun() -> server(0) end),
    Self = self(),
    [spawn(fun() -> Self ! {client, call(Server, {add, N})} end) || N <- lists:seq(1, 10)],
    Replies = [receive {client, R} -> R end || _ <- lists:seq(1, 10)],
    erlang:display(length(lists:usort(Replies))),
    erlang:display(call(Server, get)),
    erlang:display(call(Server, stop)).

call(Server, Request) ->
    Ref = monitor(process, Server),
    Server ! {self(), Ref, Request},
    receive
        {Ref, Reply} -> demonitor(Ref, [flush]), Reply;
        {'DOWN', Ref, _, _, Why} -> {down, Why}
    end.

server(State) ->
    receive
        {From, Ref, {add, N}} -> From ! {Ref, State + N}, server(State + N);
        {From, Ref, get} -> From ! {Ref, State}, server(State);
        {_, _, stop} -> exit(stopped)
    end.
