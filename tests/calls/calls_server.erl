%% A gen_server, a gen_statem and a supervisor's callbacks for generated calls: what they do is in the messages they get.
-module(calls_server).
-behaviour(gen_server).
-export([start/1, start_link/1, child/1, cast/1, tell/1, settled/1, flushed/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, code_change/3, format_status/1]).

start(Init) -> gen_server:start({local, calls_server}, ?MODULE, Init, []).
start_link(Init) -> gen_server:start_link({local, calls_server}, ?MODULE, Init, []).

%% For supervisors: a server without a name.
child(Init) -> gen_server:start_link(?MODULE, Init, []).

cast(Request) ->
    gen_server:cast(calls_server, Request),
    settled(calls_server).

%% A message to the server, from nobody it knows.
tell(Message) ->
    calls_server ! Message,
    settled(calls_server).

%% Waits until the process of that name has nothing more to do, or has ended: what comes next must not be a race. One that
%% is suspended keeps its messages, so not for ever.
settled(Name) -> settled(Name, 300).

settled(_Name, 0) ->
    ok;
settled(Name, Turns) ->
    Pid = whereis(Name),
    case is_pid(Pid) andalso process_info(Pid, [status, message_queue_len]) of
        false -> ok;
        undefined -> ok;
        [{status, waiting}, {message_queue_len, 0}] -> ok;
        _ -> erlang:yield(), settled(Name, Turns - 1)
    end.

%% What the server sent the caller meanwhile.
flushed() ->
    receive
        Message -> [Message | flushed()]
    after 20 -> []
    end.

init({init, Result}) -> Result;
init({throw, Term}) -> throw(Term);
init({error, Term}) -> error(Term);
init({exit, Term}) -> exit(Term);
init(State) -> {ok, State}.

handle_call({do, Result}, From, State) -> done(Result, From, State);
handle_call(get, _From, State) -> {reply, State, State}.

handle_cast({do, Result}, State) -> done(Result, none, State);
handle_cast({put, State}, _) -> {noreply, State}.

handle_info({do, Result}, State) -> done(Result, none, State);
handle_info(timeout, State) -> {noreply, {timed_out, State}};
handle_info(Info, State) -> {noreply, {Info, State}}.

handle_continue({do, Result}, State) -> done(Result, none, State);
handle_continue(Continue, State) -> {noreply, {continued, Continue, State}}.

terminate({crash_too, Reason}, _State) -> error(Reason);
terminate(_Reason, _State) -> ok.

code_change(_, State, _) -> {ok, State}.

format_status(Status) -> Status.

done({crash, Reason}, _From, _State) -> error(Reason);
done({throw, Result}, _From, _State) -> throw(Result);
done({exit, Reason}, _From, _State) -> exit(Reason);
done({reply_and, Reply, Result}, From, _State) -> From =/= none andalso gen_server:reply(From, Reply), Result;
done(Result, _From, _State) -> Result.
