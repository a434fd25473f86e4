%% A gen_statem for generated calls: what it does is in the events it gets; its data are the events that it postponed or
%% that time brought.
-module(calls_statem).
-behaviour(gen_statem).
-export([start/2, cast/1, tell/1]).
-export([init/1, callback_mode/0, handle_event/4, terminate/3]).

start(Mode, Init) ->
    persistent_term:put(calls_statem_mode, Mode),
    gen_statem:start({local, calls_statem}, ?MODULE, Init, []).

cast(Event) ->
    gen_statem:cast(calls_statem, Event),
    calls_server:settled(calls_statem).

tell(Message) ->
    calls_statem ! Message,
    calls_server:settled(calls_statem).

callback_mode() -> persistent_term:get(calls_statem_mode).

init({init, Result}) -> Result;
init(Data) -> {ok, idle, Data}.

handle_event(enter, Old, State, Data) -> {keep_state, {entered, Old, State, Data}};
handle_event({call, From}, {do, Result}, _State, _Data) -> with_replies(Result, From);
handle_event({call, From}, get, State, Data) -> {keep_state_and_data, [{reply, From, {State, Data}}]};
handle_event(_Type, {do, Result}, _State, _Data) -> with_replies(Result, none);
handle_event(Type, Event, _State, Data) when Type =:= info; Type =:= timeout; Type =:= state_timeout; Type =:= internal;
                                             element(1, Type) =:= timeout ->
    {keep_state, {Type, Event, Data}};
handle_event(cast, Event, State, Data) -> {next_state, Event, {State, Data}}.

terminate(_Reason, _State, _Data) -> ok.

%% {reply, from, Reply} among the actions answers the caller.
with_replies({crash, Reason}, _From) -> error(Reason);
with_replies({next_state, State, Data, Actions}, From) -> {next_state, State, Data, replies(Actions, From)};
with_replies({keep_state, Data, Actions}, From) -> {keep_state, Data, replies(Actions, From)};
with_replies({keep_state_and_data, Actions}, From) -> {keep_state_and_data, replies(Actions, From)};
with_replies(Result, _From) -> Result.

replies(Actions, From) when is_list(Actions) ->
    [case Action of {reply, from, Reply} when From =/= none -> {reply, From, Reply}; _ -> Action end || Action <- Actions];
replies(Actions, _From) -> Actions.
