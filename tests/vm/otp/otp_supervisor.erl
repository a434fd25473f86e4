%% A supervisor restarts a crashed child and reports its children.
-module(otp_supervisor).
-export([start/0]).

-behaviour(supervisor).
-export([init/1, start_child/1, loop/0]).

start() ->
    {ok, Sup} = supervisor:start_link(?MODULE, []),
    P1 = whereis(worker_a),
    B1 = whereis(worker_b),
    R = monitor(process, P1),
    exit(P1, kill),
    receive {'DOWN', R, _, _, Why} -> p(Why) end,
    wait_for(worker_a, P1),
    p(whereis(worker_a) =/= P1),
    p(whereis(worker_b) =:= B1),
    p(lists:sort([{Id, T} || {Id, _, T, _} <- supervisor:which_children(Sup)])),
    p(lists:sort(supervisor:count_children(Sup))),
    p(supervisor:terminate_child(Sup, worker_b)),
    p(supervisor:delete_child(Sup, worker_b)),
    p(length(supervisor:which_children(Sup))),
    unlink(Sup),
    exit(Sup, shutdown).

init([]) ->
    Child = fun(Id) -> #{id => Id, start => {?MODULE, start_child, [Id]}} end,
    {ok, {#{strategy => one_for_one, intensity => 3, period => 5}, [Child(worker_a), Child(worker_b)]}}.

start_child(Name) ->
    Pid = spawn_link(?MODULE, loop, []),
    register(Name, Pid),
    {ok, Pid}.

loop() -> receive stop -> ok end.

wait_for(Name, Old) ->
    case whereis(Name) of
        P when is_pid(P), P =/= Old -> ok;
        _ -> timer:sleep(1), wait_for(Name, Old)
    end.

p(X) -> io:format("~p~n", [X]).
