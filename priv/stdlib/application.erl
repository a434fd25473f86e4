%% Stand-in for OTP's application, whose controller reads .app files and a boot script from disk. Here the archive says
%% what an application is, in plain files that hold external terms:
%%
%%     atomvm/applications.bin    [{running | loaded | startable, {application, App, Properties}}], what .app files say
%%     atomvm/config.bin          [{App, [{Key, Value}]}], the content of sys.config
%%
%% Starting, stopping, environment and properties work as in OTP. All applications of a project are loaded from the
%% beginning, as in a release: the framework starts those with a callback of their own and those that need one of these, all
%% others run from the beginning. `startable` are those of an archive without a project, not loaded before somebody asks.
-module(application).

-export([get_env/1, get_env/2, get_env/3, get_all_env/0, get_all_env/1, set_env/1, set_env/2, set_env/3, set_env/4]).
-export([unset_env/2, unset_env/3, get_key/1, get_key/2, get_all_key/0, get_all_key/1]).
-export([get_application/0, get_application/1, get_supervisor/1]).
-export([load/1, load/2, unload/1, loaded_applications/0]).
-export([start/1, start/2, ensure_started/1, ensure_started/2, ensure_all_started/1, ensure_all_started/2, ensure_all_started/3]).
-export([stop/1, which_applications/0, which_applications/1, start_type/0, info/0]).
-export([controller/1, master/5, runner/3]).

-define(CONTROLLER, application_controller).
-define(TABLE, ac_tab).
-define(ALWAYS_RUNNING, [kernel, stdlib]).

-callback start(StartType :: term(), StartArgs :: term()) -> {ok, pid()} | {ok, pid(), State :: term()} | {error, Reason :: term()}.
-callback stop(State :: term()) -> term().

%% ---- environment ----

get_env(Key) -> of_own(fun(App) -> get_env(App, Key) end, undefined).

get_env(App, Key) ->
    case ets:lookup(table(), {env, App, Key}) of
        [{_, Value}] -> {ok, Value};
        [] -> undefined
    end.

get_env(App, Key, Default) ->
    case get_env(App, Key) of
        {ok, Value} -> Value;
        undefined -> Default
    end.

get_all_env() -> of_own(fun get_all_env/1, []).
get_all_env(App) -> [{Key, Value} || [Key, Value] <- ets:match(table(), {{env, App, '$1'}, '$2'})].

set_env(Config) -> set_env(Config, []).

set_env(Config, _Options) when is_list(Config) ->
    lists:foreach(fun({App, Env}) -> [set_env(App, Key, Value) || {Key, Value} <- Env] end, Config).

set_env(App, Key, Value) ->
    true = ets:insert(table(), {{env, App, Key}, Value}),
    ok.
set_env(App, Key, Value, _Options) -> set_env(App, Key, Value).

unset_env(App, Key) ->
    true = ets:delete(table(), {env, App, Key}),
    ok.
unset_env(App, Key, _Options) -> unset_env(App, Key).

%% ---- properties ----

get_key(Key) -> of_own(fun(App) -> get_key(App, Key) end, undefined).

get_key(App, env) ->
    case is_loaded(App) of
        true -> {ok, get_all_env(App)};
        false -> undefined
    end;
get_key(App, Key) ->
    case ets:lookup(table(), {loaded, App}) of
        [{_, Properties}] -> property(lists:keyfind(Key, 1, Properties), lists:keyfind(Key, 1, defaults()));
        [] -> undefined
    end.

property(_, false) -> undefined;
property(false, {_, Default}) -> {ok, Default};
property({_, Value}, _) -> {ok, Value}.

%% What an application has that says nothing else, in the order of get_all_key/1.
defaults() ->
    [{description, []}, {id, []}, {vsn, []}, {modules, []}, {maxP, infinity}, {maxT, infinity}, {registered, []},
     {included_applications, []}, {optional_applications, []}, {applications, []}, {env, []}, {mod, []}, {start_phases, undefined}].

get_all_key() -> of_own(fun get_all_key/1, []).

get_all_key(App) ->
    case ets:lookup(table(), {loaded, App}) of
        [_] -> {ok, [{Key, element(2, get_key(App, Key))} || {Key, _} <- defaults()]};
        [] -> undefined
    end.

of_own(Fun, Otherwise) ->
    case get_application() of
        {ok, App} -> Fun(App);
        undefined -> Otherwise
    end.

%% The application of a process is the one whose master leads its group.
get_application() -> get_application(self()).

get_application(Pid) when is_pid(Pid) ->
    case process_info(Pid, group_leader) of
        {group_leader, Leader} -> first(ets:match(table(), {{master, '$1'}, Leader}));
        undefined -> undefined
    end;
get_application(Module) when is_atom(Module) ->
    first([[App] || [App, Properties] <- ets:match(table(), {{loaded, '$1'}, '$2'}),
                    lists:member(Module, proplists:get_value(modules, Properties, []))]).

first([[App] | _]) -> {ok, App};
first([]) -> undefined.

get_supervisor(App) ->
    case ets:lookup(table(), {supervisor, App}) of
        [{_, Pid}] -> {ok, Pid};
        [] -> undefined
    end.

%% ---- loading ----

load(App) -> load(App, []).

load({application, App, Properties}, _Distributed) ->
    case call({load, App, Properties}) of
        ok -> load_included(proplists:get_value(included_applications, Properties, []));
        Error -> Error
    end;
load(App, _Distributed) when is_atom(App) ->
    case is_loaded(App) of
        true -> {error, {already_loaded, App}};
        false ->
            case [Application || {_, {application, Name, _} = Application} <- known(), Name =:= App] of
                [Application] -> load(Application, []);
                [] -> {error, {"no such file or directory", atom_to_list(App) ++ ".app"}}
            end
    end.

load_included([]) -> ok;
load_included([App | Rest]) ->
    case is_loaded(App) orelse load(App) of
        Loaded when Loaded =:= true; Loaded =:= ok -> load_included(Rest);
        Error -> Error
    end.

known() ->
    case read_term(<<"atomvm/applications.bin">>) of
        {ok, Applications} -> Applications;
        {error, enoent} -> []
    end.

read_term(Name) ->
    case atomvm:read_file(Name) of
        {ok, Bytes} -> {ok, binary_to_term(Bytes)};
        {error, _} = Error -> Error
    end.

unload(App) -> call({unload, App}).

is_loaded(App) -> ets:member(table(), {loaded, App}).
is_running(App) -> lists:member(App, ?ALWAYS_RUNNING) orelse ets:member(table(), {running, App}).

loaded_applications() -> [described(App, Properties) || [App, Properties] <- ets:match(table(), {{loaded, '$1'}, '$2'})].

described(App, Properties) ->
    {App, proplists:get_value(description, Properties, ""), proplists:get_value(vsn, Properties, "")}.

%% The last one started first.
which_applications() ->
    Running = [{When, App} || [App, When] <- ets:match(table(), {{running, '$1'}, '_', '_', '$2'})],
    [described(App, get_properties(App)) || {_, App} <- lists:reverse(lists:sort(Running))].

get_properties(App) -> ets:lookup_element(table(), {loaded, App}, 2).

which_applications(_Timeout) -> which_applications().

info() -> [{loaded, loaded_applications()}, {running, [App || {App, _, _} <- which_applications()]}].

%% ---- starting ----

start(App) -> start(App, temporary).

start(App, Type) when is_atom(App) ->
    case is_running(App) of
        true -> {error, {already_started, App}};
        false ->
            case load(App) of
                ok -> start_loaded(App, Type);
                {error, {already_loaded, App}} -> start_loaded(App, Type);
                Error -> Error
            end
    end;
start({application, App, _} = Spec, Type) ->
    case load(Spec) of
        ok -> start(App, Type);
        {error, {already_loaded, App}} -> start(App, Type);
        Error -> Error
    end.

start_loaded(App, Type) ->
    {ok, Needed} = with_default(get_key(App, applications), []),
    {ok, Optional} = with_default(get_key(App, optional_applications), []),
    case [Dependency || Dependency <- Needed -- Optional, not is_running(Dependency)] of
        [] -> call({start, App, Type});
        [Missing | _] -> {error, {not_started, Missing}}
    end.

with_default(undefined, Default) -> {ok, Default};
with_default({ok, _} = Value, _) -> Value.

ensure_started(App) -> ensure_started(App, temporary).

ensure_started(App, Type) ->
    case start(App, Type) of
        {error, {already_started, App}} -> ok;
        Result -> Result
    end.

ensure_all_started(App) -> ensure_all_started(App, temporary).
ensure_all_started(App, Type) -> ensure_all_started(App, Type, serial).

ensure_all_started(App, Type, Mode) when is_atom(App) -> ensure_all_started([App], Type, Mode);
ensure_all_started(Apps, Type, _Mode) when is_list(Apps) ->
    case start_all(Apps, Type, []) of
        {ok, Started} -> {ok, lists:reverse(Started)};
        {error, Reason, Started} ->
            lists:foreach(fun stop/1, Started),
            {error, Reason}
    end.

start_all([], _, Started) -> {ok, Started};
start_all([App | Rest], Type, Started) ->
    case start(App, Type) of
        ok -> start_all(Rest, Type, [App | Started]);
        {error, {already_started, App}} -> start_all(Rest, Type, Started);
        {error, {not_started, Dependency}} ->
            case start_all([Dependency], Type, Started) of
                {ok, More} -> start_all([App | Rest], Type, More);
                Error -> Error
            end;
        {error, Reason} -> {error, {App, Reason}, Started}
    end.

stop(App) -> call({stop, App}).

start_type() -> normal.

%% ---- the controller: owner of the table; it starts when somebody asks for the first time ----

table() ->
    case ets:whereis(?TABLE) of
        undefined ->
            _ = started(),
            ?TABLE;
        Table ->
            Table
    end.

started() ->
    case whereis(?CONTROLLER) of
        undefined ->
            {Pid, Ref} = spawn_monitor(?MODULE, controller, [self()]),
            receive
                {Pid, ready} -> demonitor(Ref, [flush]);
                {'DOWN', Ref, process, _, _} -> ok
            end,
            started();
        Pid ->
            Pid
    end.

call(Request) ->
    Controller = started(),
    Ref = monitor(process, Controller),
    Controller ! {call, self(), Ref, Request},
    receive
        {Ref, Reply} ->
            demonitor(Ref, [flush]),
            Reply;
        {'DOWN', Ref, process, _, Reason} ->
            exit({Reason, {?MODULE, Request}})
    end.

%% @private Of two that are started at once, the second fails to register and ends.
controller(Starter) ->
    case catch register(?CONTROLLER, self()) of
        true ->
            true = group_leader(whereis(user), self()),
            ?TABLE = ets:new(?TABLE, [named_table, public, {read_concurrency, true}]),
            configure(read_term(<<"atomvm/config.bin">>)),
            lists:foreach(fun preload/1, known()),
            Starter ! {self(), ready},
            controller_loop();
        _ ->
            ok
    end.

configure({ok, Config}) -> set_env(Config);
configure({error, enoent}) -> ok.

preload({startable, _}) -> ok;
preload({State, {application, App, Properties}}) ->
    true = store(App, Properties),
    State =:= running andalso running(App, none, permanent).

%% Which was started when is told by the fourth element.
running(App, Master, Type) -> ets:insert(?TABLE, {{running, App}, Master, Type, erlang:unique_integer([monotonic])}).

%% False when it is loaded already. What is configured wins over the application's own environment.
store(App, Properties) ->
    Env = proplists:get_value(env, Properties, []),
    case ets:insert_new(?TABLE, {{loaded, App}, Properties}) of
        true ->
            lists:foreach(fun({Key, Value}) -> ets:insert_new(?TABLE, {{env, App, Key}, Value}) end, Env),
            true;
        false ->
            false
    end.

controller_loop() ->
    receive
        {call, From, Ref, Request} ->
            handle(Request, {From, Ref}),
            controller_loop();
        {started, App, Master, Type, Supervisor, Client} ->
            true = running(App, Master, Type),
            true = ets:insert(?TABLE, {{supervisor, App}, Supervisor}),
            reply(Client, ok),
            controller_loop();
        {not_started, App, Reason, Type, Client} ->
            forget(App),
            exited(App, Reason, Type),
            reply(Client, {error, Reason}),
            controller_loop();
        {ended, App, Reason} ->
            Entry = ets:lookup(?TABLE, {running, App}),
            forget(App),
            ended(App, Reason, Entry),
            controller_loop();
        {stopped, App, Type, Client} ->
            forget(App),
            exited(App, stopped, Type),
            reply(Client, ok),
            controller_loop();
        _ ->
            controller_loop()
    end.

reply({From, Ref}, Reply) -> From ! {Ref, Reply}.

forget(App) -> lists:foreach(fun(Kind) -> ets:delete(?TABLE, {Kind, App}) end, [running, supervisor, master]).

handle({load, App, Properties}, Client) ->
    case store(App, Properties) of
        true -> reply(Client, ok);
        false -> reply(Client, {error, {already_loaded, App}})
    end;
handle({unload, App}, Client) ->
    case {ets:member(?TABLE, {loaded, App}), ets:member(?TABLE, {running, App})} of
        {false, _} -> reply(Client, {error, {not_loaded, App}});
        {true, true} -> reply(Client, {error, {running, App}});
        {true, false} ->
            forget_loaded(App),
            reply(Client, ok)
    end;
handle({start, App, Type}, Client) ->
    [{_, Properties}] = ets:lookup(?TABLE, {loaded, App}),
    case {ets:member(?TABLE, {running, App}), proplists:get_value(mod, Properties, [])} of
        {true, _} -> reply(Client, {error, {already_started, App}});
        {false, []} ->
            true = running(App, none, Type),
            reply(Client, ok);
        {false, {Module, Args}} ->
            Master = spawn(?MODULE, master, [self(), App, Type, {Module, Args}, Client]),
            ets:insert(?TABLE, {{master, App}, Master})
    end;
handle({stop, App}, Client) ->
    case ets:lookup(?TABLE, {running, App}) of
        [] -> reply(Client, {error, {not_started, App}});
        [{_, none, _, _}] ->
            forget(App),
            reply(Client, ok);
        [{_, Master, _, _}] -> Master ! {stop, Client}
    end.

%% With all that it includes.
forget_loaded(App) ->
    case ets:take(?TABLE, {loaded, App}) of
        [{_, Properties}] ->
            [ets:delete_object(?TABLE, Row) || Row <- ets:match_object(?TABLE, {{env, App, '_'}, '_'})],
            lists:foreach(fun forget_loaded/1, proplists:get_value(included_applications, Properties, []));
        [] ->
            ok
    end.

%% A permanent application takes the machine with it; a transient one when it did not end in order.
ended(App, Reason, [{_, _, Type, _}]) ->
    exited(App, Reason, Type),
    case Type of
        permanent -> init:stop(1);
        transient when Reason =/= normal, Reason =/= shutdown -> init:stop(1);
        _ -> ok
    end;
ended(_, _, []) -> ok.

exited(App, Reason, Type) ->
    logger:notice(#{label => {application_controller, exit}, report => [{application, App}, {exited, Reason}, {type, Type}]},
        #{domain => [otp], report_cb => fun logger:format_otp_report/1, error_logger => #{tag => info_report, type => std_info}}).

%% ---- one master per application: leads its group; and a runner, which calls the application's module ----

%% @private
master(Controller, App, Type, {Module, Args}, Client) ->
    process_flag(trap_exit, true),
    Runner = spawn_link(?MODULE, runner, [self(), App, {Module, Args}]),
    master_loop(#{controller => Controller, app => App, type => Type, runner => Runner, client => Client, leader => group_leader()}).

master_loop(#{controller := Controller, app := App, type := Type, runner := Runner, client := Client} = State) ->
    receive
        {io_request, _, _, _} = Request ->
            maps:get(leader, State) ! Request,
            master_loop(State);
        {Runner, started, Supervisor} ->
            Controller ! {started, App, self(), Type, Supervisor, Client},
            master_loop(State#{client := none});
        {Runner, not_started, Reason} ->
            Controller ! {not_started, App, Reason, Type, Client};
        {stop, NewClient} ->
            Runner ! stop,
            master_loop(State#{client := NewClient});
        {Runner, ended, _} when Client =/= none ->
            Controller ! {stopped, App, Type, Client};
        {Runner, ended, Reason} ->
            Controller ! {ended, App, Reason};
        {'EXIT', Runner, Reason} when Client =/= none ->
            Controller ! {not_started, App, {Reason, App}, Type, Client};
        {'EXIT', Runner, Reason} ->
            Controller ! {ended, App, Reason};
        _ ->
            master_loop(State)
    end.

%% @private Start phases are the steps after Module:start/2. `mod` may leave them to application_starter, which
%% goes through those of the included applications, too.
runner(Master, App, Mod) ->
    true = group_leader(Master, self()),
    process_flag(trap_exit, true),
    {ok, Phases} = get_key(App, start_phases),
    {Module, Args} = callback(Mod, Phases),
    case catch Module:start(normal, Args) of
        {ok, Pid} when is_pid(Pid) -> run_phases(Master, App, Module, Pid, [], Phases);
        {ok, Pid, State} when is_pid(Pid) -> run_phases(Master, App, Module, Pid, State, Phases);
        {error, Reason} -> Master ! {self(), not_started, {Reason, {Module, start, [normal, Args]}}};
        Other -> Master ! {self(), not_started, {bad_return, {{Module, start, [normal, Args]}, Other}}}
    end.

callback({application_starter, [Module, Args]}, Phases) when Phases =/= undefined -> {Module, Args};
callback(Mod, _) -> Mod.

run_phases(Master, _, Module, Pid, State, undefined) -> run(Master, Module, Pid, State);
run_phases(Master, App, Module, Pid, State, Phases) ->
    try lists:foreach(fun({Phase, _}) -> run_phase(Phase, App) end, Phases) of
        ok -> run(Master, Module, Pid, State)
    catch
        throw:{not_started, Reason} ->
            exit(Pid, shutdown),
            receive {'EXIT', Pid, _} -> ok end,
            Master ! {self(), not_started, Reason}
    end.

%% A phase of an application, and then of those that it includes if it says so.
run_phase(Phase, App) ->
    case get_key(App, mod) of
        {ok, {application_starter, [Module, _]}} ->
            call_phase(Phase, App, Module),
            {ok, Included} = get_key(App, included_applications),
            lists:foreach(fun(Each) -> run_phase(Phase, Each) end, Included);
        {ok, {Module, _}} -> call_phase(Phase, App, Module);
        {ok, []} -> ok
    end.

call_phase(Phase, App, Module) ->
    case get_key(App, start_phases) of
        {ok, undefined} -> throw({not_started, {start_phases_undefined, App}});
        {ok, Phases} ->
            [phase_result((catch Module:start_phase(Phase, normal, Args)), {Module, start_phase, [Phase, normal, Args]})
             || {Each, Args} <- Phases, Each =:= Phase]
    end.

phase_result(ok, _) -> ok;
phase_result({error, Reason}, Call) -> throw({not_started, {Reason, Call}});
phase_result(Other, Call) -> throw({not_started, {bad_return_value, {Call, Other}}}).

run(Master, Module, Pid, State) ->
    Master ! {self(), started, Pid},
    Master ! {self(), ended, wait(Module, Pid, State)}.

wait(Module, Pid, State) ->
    receive
        stop ->
            Prepared = prepared(Module, State),
            exit(Pid, shutdown),
            Reason = receive {'EXIT', Pid, Exit} -> Exit end,
            _ = (catch Module:stop(Prepared)),
            Reason;
        {'EXIT', Pid, Reason} ->
            _ = (catch Module:stop(prepared(Module, State))),
            Reason;
        _ ->
            wait(Module, Pid, State)
    end.

prepared(Module, State) ->
    case erlang:function_exported(Module, prep_stop, 1) andalso (catch Module:prep_stop(State)) of
        false -> State;
        {'EXIT', _} -> State;
        Prepared -> Prepared
    end.
