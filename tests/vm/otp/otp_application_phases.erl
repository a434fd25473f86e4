%% application: start phases, included applications, and what is known of one that says little.
-module(otp_application_phases).
-behaviour(application).
-behaviour(supervisor).
-export([start/0, start/2, start_phase/3, prep_stop/1, stop/1, init/1]).

start() ->
    keys(),
    phases(),
    failing(),
    included(),
    dying(),
    changed_environment().

say(What) -> erlang:display(What).

load(App, Properties) -> application:load({application, App, Properties}).

%% The properties of an application that has none.
keys() ->
    say(load(poor, [])),
    Keys = [description, id, vsn, modules, maxP, maxT, registered, included_applications, optional_applications, applications, env, mod,
            start_phases, unknown],
    say([{Key, application:get_key(poor, Key)} || Key <- Keys]),
    say(application:get_key(nobody, vsn)),
    say([Key || {Key, _} <- element(2, application:get_all_key(poor))]),
    say(application:unload(poor)).

phases() ->
    say(load(phased, [{mod, {?MODULE, [phased]}}, {applications, [kernel, stdlib]},
                      {start_phases, [{first, [1]}, {second, []}, {third, three}]}])),
    say(application:start(phased)),
    say(application:get_key(phased, start_phases)),
    say(application:stop(phased)),
    say(application:unload(phased)).

%% With a phase that fails the application does not run.
failing() ->
    [begin
         say(load(App, [{mod, {?MODULE, [App]}}, {applications, []}, {start_phases, [{first, []}, {Phase, []}, {last, []}]}])),
         say(application:start(App)),
         say(lists:keymember(App, 1, application:which_applications())),
         say(application:unload(App))
     end || {App, Phase} <- [{refusing, refused}, {odd, odd}, {crashing, crash}]].

%% The starter of OTP runs the phases of the whole, in the order of the one that includes.
included() ->
    say(load(inner, [{mod, {?MODULE, [inner]}}, {applications, []}, {start_phases, [{second, [inner]}]}])),
    say(load(whole, [{mod, {application_starter, [?MODULE, [whole]]}}, {applications, []}, {included_applications, [inner]},
                     {start_phases, [{first, [whole]}, {second, [whole]}]}])),
    say(application:start(whole)),
    say([lists:keymember(App, 1, application:which_applications()) || App <- [whole, inner]]),
    say(application:get_key(whole, included_applications)),
    say(application:start(inner)),
    say(application:stop(whole)),
    say(application:stop(inner)),
    say([application:unload(App) || App <- [whole, inner]]),
    say(load(outer, [{included_applications, [nobody]}])),
    say(application:unload(outer)).

%% A supervisor that ends by itself ends its application.
dying() ->
    say(load(dying, [{mod, {?MODULE, [dying]}}, {applications, []}])),
    say(application:start(dying)),
    Pid = whereis(dying),
    Ref = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Ref, process, Pid, Reason} -> say(Reason) end,
    stopped(dying),
    say(application:unload(dying)).

stopped(App) ->
    case lists:keymember(App, 1, application:which_applications()) of
        true ->
            timer:sleep(1),
            stopped(App);
        false -> ok
    end.

changed_environment() ->
    say(load(settings, [{env, [{a, 1}]}])),
    say(application:set_env([{settings, [{a, 2}, {b, 3}]}, {other, [{c, 4}]}])),
    say(lists:sort(application:get_all_env(settings))),
    say(application:get_env(other, c)),
    say(lists:sort(element(2, application:get_key(settings, env)))),
    say(application:unload(settings)),
    say(application:get_all_env(settings)).

%% ---- the callbacks ----

start(Type, [App]) ->
    say({start, App, Type}),
    {ok, Pid} = supervisor:start_link({local, App}, ?MODULE, []),
    {ok, Pid, {state, App}}.

start_phase(refused, _, _) -> {error, no};
start_phase(odd, _, _) -> surprise;
start_phase(crash, _, _) -> exit(gone);
start_phase(Phase, Type, Args) ->
    say({phase, Phase, Type, Args, application:get_application()}),
    ok.

prep_stop(State) ->
    say({prep_stop, State}),
    {prepared, State}.

stop(State) -> say({stop, State}).

init([]) -> {ok, {#{}, []}}.
