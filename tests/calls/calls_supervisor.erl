%% A supervisor for generated calls; its children are calls_server's.
-module(calls_supervisor).
-behaviour(supervisor).
-export([start/1, init/1, kill/2, children/1]).

start(Init) -> supervisor:start_link(?MODULE, Init).

init(Result) -> Result.

%% Ends the child with that id, and waits for the supervisor to have seen it.
kill(Supervisor, Id) ->
    case lists:keyfind(Id, 1, supervisor:which_children(Supervisor)) of
        {_, Pid, _, _} when is_pid(Pid) ->
            Monitor = monitor(process, Pid),
            exit(Pid, kill),
            receive {'DOWN', Monitor, _, _, Reason} -> Reason end;
        Other ->
            Other
    end.

children(Supervisor) ->
    lists:sort([{Id, is_pid(Pid), Type, Modules} || {Id, Pid, Type, Modules} <- supervisor:which_children(Supervisor)]).
