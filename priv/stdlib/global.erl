%% Stand-in for OTP's global, which agrees on names and locks with other nodes. There is one node here, so a table of
%% names whose processes are watched is all of it. The server starts with the first name or lock.
-module(global).

-export([register_name/2, register_name/3, re_register_name/2, re_register_name/3, unregister_name/1]).
-export([whereis_name/1, registered_names/0, send/2]).
-export([set_lock/1, set_lock/2, set_lock/3, del_lock/1, del_lock/2, trans/2, trans/3, trans/4, sync/0]).
-export([random_exit_name/3, random_notify_name/3, notify_all_name/3]).
-export([server/1]).

-define(SERVER, global_name_server).
-define(TABLE, global_names).
-define(RETRY_MS, 10).

register_name(Name, Pid) when is_pid(Pid) -> call({register, Name, Pid}).
register_name(Name, Pid, _Resolve) -> register_name(Name, Pid).
re_register_name(Name, Pid) when is_pid(Pid) -> call({re_register, Name, Pid}).
re_register_name(Name, Pid, _Resolve) -> re_register_name(Name, Pid).
unregister_name(Name) -> call({unregister, Name}).

whereis_name(Name) ->
    case ets:whereis(?TABLE) =/= undefined andalso ets:lookup(?TABLE, {name, Name}) of
        [{_, Pid, _}] -> if_alive(Pid);
        _ -> undefined
    end.

%% The server may not have heard yet.
if_alive(Pid) ->
    case is_process_alive(Pid) of
        true -> Pid;
        false -> undefined
    end.

registered_names() ->
    case ets:whereis(?TABLE) of
        undefined -> [];
        _ -> [Name || {{name, Name}, _, _} <- ets:tab2list(?TABLE)]
    end.

send(Name, Message) ->
    case whereis_name(Name) of
        undefined -> exit({badarg, {Name, Message}});
        Pid ->
            Pid ! Message,
            Pid
    end.

%% Resolving a conflict between nodes never comes up.
random_exit_name(_, Pid, _) -> Pid.
random_notify_name(_, Pid, _) -> Pid.
notify_all_name(_, _, _) -> none.

%% ---- locks: {ResourceId, Requester}; a requester may lock several times ----

set_lock(Id) -> set_lock(Id, [node()], infinity).
set_lock(Id, Nodes) -> set_lock(Id, Nodes, infinity).

set_lock({_, _} = Id, Nodes, Retries) ->
    case call({lock, Id, self()}) of
        true -> true;
        false when Retries =:= 0 -> false;
        false ->
            timer:sleep(?RETRY_MS),
            set_lock(Id, Nodes, fewer(Retries))
    end.

fewer(infinity) -> infinity;
fewer(Retries) -> Retries - 1.

del_lock(Id) -> del_lock(Id, [node()]).
del_lock({_, _} = Id, _Nodes) -> call({unlock, Id, self()}).

trans(Id, Fun) -> trans(Id, Fun, [node()], infinity).
trans(Id, Fun, Nodes) -> trans(Id, Fun, Nodes, infinity).

trans(Id, Fun, Nodes, Retries) ->
    case set_lock(Id, Nodes, Retries) of
        false -> aborted;
        true ->
            try
                Fun()
            after
                del_lock(Id, Nodes)
            end
    end.

sync() -> ok.

%% ---- the server: {{name, Name}, Pid, Monitor}, {{lock, ResourceId}, Requester, [{Pid, Monitor}]} ----

call(Request) ->
    Server = started(),
    Ref = monitor(process, Server),
    Server ! {call, self(), Ref, Request},
    receive
        {Ref, Reply} ->
            demonitor(Ref, [flush]),
            Reply;
        {'DOWN', Ref, process, _, Reason} ->
            exit({Reason, {?MODULE, Request}})
    end.

started() ->
    case whereis(?SERVER) of
        undefined ->
            {Pid, Ref} = spawn_monitor(?MODULE, server, [self()]),
            receive
                {Pid, ready} -> demonitor(Ref, [flush]);
                {'DOWN', Ref, process, _, _} -> ok
            end,
            started();
        Pid ->
            Pid
    end.

%% @private Of two that are started at once, the second fails to register and ends.
server(Starter) ->
    case catch register(?SERVER, self()) of
        true ->
            ?TABLE = ets:new(?TABLE, [named_table, protected]),
            Starter ! {self(), ready},
            loop();
        _ ->
            ok
    end.

loop() ->
    receive
        {call, From, Ref, Request} ->
            From ! {Ref, handle(Request)},
            loop();
        {'DOWN', Monitor, process, Pid, _} ->
            [ets:delete_object(?TABLE, Row) || Row <- ets:match_object(?TABLE, {{name, '_'}, Pid, Monitor})],
            lists:foreach(fun(Lock) -> release(Lock, Pid) end, ets:match_object(?TABLE, {{lock, '_'}, '_', '_'})),
            loop();
        _ ->
            loop()
    end.

handle({register, Name, Pid}) ->
    case ets:member(?TABLE, {name, Name}) of
        true -> no;
        false -> handle({re_register, Name, Pid})
    end;
handle({re_register, Name, Pid}) ->
    handle({unregister, Name}),
    true = ets:insert(?TABLE, {{name, Name}, Pid, monitor(process, Pid)}),
    yes;
handle({unregister, Name}) ->
    case ets:take(?TABLE, {name, Name}) of
        [{_, _, Monitor}] -> demonitor(Monitor, [flush]);
        [] -> true
    end,
    ok;
handle({lock, {Resource, Requester}, Pid}) ->
    case ets:lookup(?TABLE, {lock, Resource}) of
        [] -> ets:insert(?TABLE, {{lock, Resource}, Requester, [{Pid, monitor(process, Pid)}]});
        [{Key, Requester, Holders}] -> ets:insert(?TABLE, {Key, Requester, [{Pid, monitor(process, Pid)} | Holders]});
        [_] -> false
    end;
handle({unlock, {Resource, Requester}, Pid}) ->
    case ets:lookup(?TABLE, {lock, Resource}) of
        [{_, Requester, _} = Lock] -> release_once(Lock, Pid);
        _ -> true
    end.

release_once({Key, Requester, Holders}, Pid) ->
    case lists:keytake(Pid, 1, Holders) of
        {value, {_, Monitor}, Rest} ->
            demonitor(Monitor, [flush]),
            keep_lock(Key, Requester, Rest);
        false ->
            true
    end.

release({Key, Requester, Holders}, Pid) -> keep_lock(Key, Requester, [Holder || {Other, _} = Holder <- Holders, Other =/= Pid]).

keep_lock(Key, _, []) -> ets:delete(?TABLE, Key);
keep_lock(Key, Requester, Holders) -> ets:insert(?TABLE, {Key, Requester, Holders}).
