%% Supervisors: each strategy, each restart type, intensity, start errors, dynamic children, automatic shutdown.
-module(otp_supervisor_strategies).
-export([start/0]).

-behaviour(supervisor).
-export([init/1, start_child/2, start_child/3, child/1]).

start() ->
    process_flag(trap_exit, true),
    [strategy(S) || S <- [one_for_one, one_for_all, rest_for_one]],
    [restart(R, Why) || R <- [permanent, transient, temporary], Why <- [normal, shutdown, {shutdown, x}, crash, kill]],
    intensity(),
    start_errors(),
    simple(),
    automatic(),
    order(),
    wrong_specs().

init(Spec) -> Spec.

spec(Id) -> spec(Id, permanent).
spec(Id, Restart) -> #{id => Id, start => {?MODULE, start_child, [self(), Id]}, restart => Restart}.

%% The supervisor tells, so that the order is that of the starts.
start_child(Main, Id) ->
    Pid = spawn_link(?MODULE, child, [{Main, Id, self()}]),
    receive {ready, Pid} -> Main ! {started, Id} end,
    {ok, Pid}.
start_child(Main, Id, Extra) -> start_child(Main, {Id, Extra}).

child({Main, Id, Parent}) ->
    process_flag(trap_exit, true),
    Parent ! {ready, self()},
    receive
        {'EXIT', _, shutdown} -> Main ! {stopped, Id}, exit(shutdown);
        {die, Why} -> process_flag(trap_exit, false), exit(Why)
    end.

started(N) -> [receive {started, Id} -> Id after 1000 -> none end || _ <- lists:seq(1, N)].

pid_of(Sup, Id) -> {Id, Pid, _, _} = lists:keyfind(Id, 1, supervisor:which_children(Sup)), Pid.

strategy(S) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{strategy => S}, [spec(a), spec(b), spec(c)]}}),
    p({S, started(3)}),
    exit(pid_of(Sup, b), kill),
    p(drain(700)),
    stop(Sup),
    p(drain(0)).

drain(Wait) ->
    receive
        {started, Id} -> [{started, Id} | drain(Wait)];
        {stopped, Id} -> [{stopped, Id} | drain(Wait)]
    after Wait -> []
    end.

stop(Sup) ->
    exit(Sup, shutdown),
    receive {'EXIT', Sup, Why} -> p({sup, Why}) end.

restart(Restart, Why) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{}, [spec(x, Restart)]}}),
    [x] = started(1),
    Pid = pid_of(Sup, x),
    Ref = monitor(process, Pid),
    case Why of kill -> exit(Pid, kill); _ -> Pid ! {die, Why} end,
    receive {'DOWN', Ref, _, _, _} -> ok end,
    Again = receive {started, x} -> again after 300 -> not_again end,
    p({Restart, Why, Again, [{Id, is_pid(P)} || {Id, P, _, _} <- supervisor:which_children(Sup)]}),
    stop(Sup),
    drain(0).

intensity() ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{intensity => 2, period => 10}, [spec(i)]}}),
    [i] = started(1),
    Kill = fun() -> exit(pid_of(Sup, i), kill) end,
    Kill(), p(started(1)),
    Kill(), p(started(1)),
    Kill(),
    receive {'EXIT', Sup, Why} -> p(Why) end,
    drain(0).

start_errors() ->
    Bad = fun(Id, Start) -> #{id => Id, start => Start} end,
    Starts = [{erlang, error, [boom]}, {erlang, throw, [ball]}, {erlang, list_to_tuple, [[error, reason]]}, {erlang, hd, [[ignore]]},
              {erlang, hd, [[nonsense]]}, {no_such_module, f, []}],
    [p(reason(catch_it(fun() -> supervisor:start_link(?MODULE, {ok, {#{}, [spec(before), Bad(bad, S)]}}) end))) || S <- Starts],
    drain(50),
    [receive {'EXIT', _, _} -> ok after 0 -> ok end || _ <- lists:seq(1, 10)],
    [p(catch_it(fun() -> supervisor:start_link(?MODULE, S) end)) || S <- [ignore, {ok, {#{strategy => some}, []}}, nonsense,
        {ok, {#{}, [#{id => a}]}}, {ok, {#{intensity => -1}, []}}, {ok, {{one_for_one, 1, 5}, []}}]],
    [receive {'EXIT', _, _} -> ok after 0 -> ok end || _ <- lists:seq(1, 10)].

reason({ok, P}) -> unlink(P), exit(P, kill), started;
reason({error, {shutdown, {failed_to_start_child, Id, {'EXIT', {R, S}}}}}) when is_list(S) -> {Id, exit_of, R};
reason(Other) -> Other.

simple() ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{strategy => simple_one_for_one}, [spec(dyn, transient)]}}),
    {ok, P1} = supervisor:start_child(Sup, [one]),
    {ok, _} = supervisor:start_child(Sup, [two]),
    p(started(2)),
    p(lists:sort(supervisor:count_children(Sup))),
    p([{Id, T, M} || {Id, _, T, M} <- supervisor:which_children(Sup)]),
    p(supervisor:terminate_child(Sup, P1)),
    p(supervisor:terminate_child(Sup, P1)),
    p(catch_it(fun() -> supervisor:terminate_child(Sup, dyn) end)),
    p(supervisor:restart_child(Sup, dyn)),
    p(supervisor:delete_child(Sup, dyn)),
    stop(Sup),
    p(drain(20)).

automatic() ->
    Specs = [(spec(S, transient))#{significant => true} || S <- [s1, s2]] ++ [spec(plain)],
    [begin
         {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{auto_shutdown => How}, Specs}}),
         started(3),
         pid_of(Sup, s1) ! {die, normal},
         First = receive {'EXIT', Sup, Why} -> Why after 500 -> still end,
         p({How, First}),
         case First of
             still -> pid_of(Sup, s2) ! {die, normal}, receive {'EXIT', Sup, Why2} -> p(Why2) end;
             _ -> ok
         end,
         drain(20)
     end || How <- [any_significant, all_significant]].

order() ->
    {ok, Sup} = supervisor:start_link(?MODULE, {ok, {#{}, [spec(N) || N <- [1, 2, 3]]}}),
    p(started(3)),
    p([Id || {Id, _, _, _} <- supervisor:which_children(Sup)]),
    p(supervisor:terminate_child(Sup, 2)),
    p([{Id, P} || {Id, P, _, _} <- supervisor:which_children(Sup), P =:= undefined]),
    p(element(1, supervisor:restart_child(Sup, 2))),
    p(supervisor:restart_child(Sup, 2)),
    p(supervisor:restart_child(Sup, nobody)),
    p(supervisor:delete_child(Sup, 2)),
    p(element(1, supervisor:start_child(Sup, spec(4)))),
    p(element(2, setelement(2, supervisor:start_child(Sup, spec(4)), twice))),
    {ok, Got} = supervisor:get_childspec(Sup, 4),
    p(lists:sort(maps:keys(Got))),
    p(supervisor:get_childspec(Sup, 5)),
    drain(20),
    stop(Sup),
    p(drain(20)).

wrong_specs() ->
    p([supervisor:check_childspecs(S) || S <- [[spec(a)], [spec(a), spec(a)], [{a, {m, f, []}, permanent, 5, worker, [m]}], [#{id => a}],
        [(spec(a))#{restart => never}], [(spec(a))#{shutdown => -1}], [(spec(a))#{type => boss}], [(spec(a))#{modules => m}], not_a_list]]).

catch_it(F) ->
    try F() catch C:R -> {C, R} end.

p(X) -> io:format("~p~n", [strip(X)]).

strip(P) when is_pid(P) -> pid;
strip(M) when is_map(M) -> maps:map(fun(_, V) -> strip(V) end, M);
strip(T) when is_tuple(T) -> list_to_tuple(strip(tuple_to_list(T)));
strip([H | T]) -> [strip(H) | strip(T)];
strip(X) -> X.
