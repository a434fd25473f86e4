%% gen_server: continue, timeouts, requests without waiting, collections of them, abcast, multi_call, enter_loop, names, stops.
-module(otp_gen_server_calls).
-export([start/0, enter/1]).

-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2, format_status/2]).

start() ->
    process_flag(trap_exit, true),
    {ok, P} = gen_server:start_link({local, gs_calls}, ?MODULE, [], []),
    p(gen_server:call(gs_calls, log)),
    gen_server:cast(P, {note, a}),
    gen_server:cast({gs_calls, node()}, {note, b}),
    gen_server:cast(nobody_at_all, lost),
    p(gen_server:abcast([node()], gs_calls, {note, c})),
    p(gen_server:abcast(gs_calls, {note, d})),
    p(gen_server:call({gs_calls, node()}, log)),
    p(gen_server:multi_call([node()], gs_calls, {echo, 1})),
    p(gen_server:call(P, later)),
    p(gen_server:call(P, to_continue)),
    p(gen_server:call(P, log)),
    p(gen_server:call(P, {timeout, 10})),
    timer:sleep(40),
    p(gen_server:call(P, log)),
    p(gen_server:call(P, hibernate)),
    P ! info,
    p(gen_server:call(P, log)),
    requests(P),
    p(catch_it(fun() -> gen_server:call(P, noreply, 10) end)),
    p(catch_it(fun() -> gen_server:call(nobody, x) end)),
    p(catch_it(fun() -> gen_server:call({global, nobody}, x) end)),
    p(catch_it(fun() -> gen_server:call(self(), x) end)),
    p(gen_server:reply({self(), make_ref()}, unasked)),
    receive {_, unasked} -> p(got_it) end,
    p(gen_server:start({local, gs_calls}, ?MODULE, [], []) =:= {error, {already_started, P}}),
    p(gen_server:stop(P, {shutdown, enough}, 1000)),
    receive {'EXIT', P, Why} -> p(Why) end,
    p(catch_it(fun() -> gen_server:stop(gs_calls) end)),
    bad_starts(),
    crashes(),
    enter_loop(),
    named().

requests(P) ->
    R1 = gen_server:send_request(P, {echo, one}),
    p(gen_server:receive_response(R1, 1000)),
    R2 = gen_server:send_request(P, {echo, two}),
    p(gen_server:wait_response(R2, infinity)),
    R3 = gen_server:send_request(P, {echo, three}),
    Message = receive M -> M end,
    p(gen_server:check_response(Message, R3)),
    p(gen_server:check_response(other_message, R3)),
    R4 = gen_server:send_request(nobody, x),
    p(gen_server:receive_response(R4, 1000)),
    Ids0 = gen_server:reqids_new(),
    Ids1 = gen_server:send_request(P, {echo, a}, label_a, Ids0),
    Ids2 = gen_server:send_request(P, {echo, b}, label_b, Ids1),
    p(gen_server:reqids_size(Ids2)),
    {{reply, V1}, L1, Ids3} = gen_server:receive_response(Ids2, 1000, true),
    {{reply, V2}, L2, Ids4} = gen_server:receive_response(Ids3, 1000, true),
    p(lists:sort([{V1, L1}, {V2, L2}])),
    p(gen_server:receive_response(Ids4, 1000, true)).

init([]) -> {ok, [], {continue, from_init}};
init(ignore) -> ignore;
init({stop, R}) -> {stop, R};
init(nonsense) -> nonsense;
init({timeout, Main}) -> {ok, Main, 5}.

handle_call(log, _, Log) -> {reply, lists:reverse(Log), []};
handle_call({echo, X}, _, Log) -> {reply, X, Log};
handle_call(later, From, Log) -> self() ! {reply_to, From}, {noreply, Log};
handle_call(to_continue, From, Log) -> {noreply, Log, {continue, {reply_to, From}}};
handle_call({timeout, T}, _, Log) -> {reply, ok, Log, T};
handle_call(hibernate, _, Log) -> {reply, ok, Log, hibernate};
handle_call(noreply, _, Log) -> {noreply, Log};
handle_call(crash, _, _) -> error(crash);
handle_call(throw, _, Log) -> throw({reply, thrown, Log});
handle_call(stop, _, Log) -> {stop, normal, stopping, Log};
handle_call(stop_badly, _, Log) -> {stop, badly, Log};
handle_call(nonsense, _, _) -> nonsense.

handle_cast({note, X}, Log) -> {noreply, [X | Log]}.

handle_info({reply_to, From}, Log) -> gen_server:reply(From, {late, length(Log)}), {noreply, Log};
handle_info(timeout, Main) when is_pid(Main) -> Main ! init_timeout, {stop, normal, Main};
handle_info(X, Log) -> {noreply, [{info, X} | Log]}.

handle_continue({reply_to, From}, Log) -> gen_server:reply(From, continued), {noreply, [after_continue | Log]};
handle_continue(X, Log) -> {noreply, [X | Log]}.

terminate(Reason, _) -> p({terminate, Reason}).

format_status(_, [_, State]) -> State.

bad_starts() ->
    [p(catch_it(fun() -> gen_server:start(?MODULE, A, []) end)) || A <- [ignore, {stop, no}, nonsense]],
    p(catch_it(fun() -> gen_server:start_link(?MODULE, {stop, linked}, []) end)),
    receive {'EXIT', _, R} -> p(R) after 100 -> p(no_exit) end,
    {ok, _} = gen_server:start(?MODULE, {timeout, self()}, []),
    p(receive init_timeout -> init_timeout after 1000 -> none end).

crashes() ->
    [begin
         {ok, P} = gen_server:start(?MODULE, [], []),
         p({Call, reason(catch_it(fun() -> gen_server:call(P, Call) end))})
     end || Call <- [crash, throw, stop, stop_badly, nonsense]].

reason({exit, {{R, Stack}, {gen_server, call, _}}}) when is_list(Stack) -> {exit, R};
reason({exit, {R, {gen_server, call, _}}}) -> {exit, R};
reason(Other) -> Other.

enter(Main) ->
    register(gs_entered, self()),
    proc_lib:init_ack(Main, {ok, self()}),
    gen_server:enter_loop(?MODULE, [], [entered], {local, gs_entered}, {continue, more}).

enter_loop() ->
    {ok, P} = proc_lib:start_link(?MODULE, enter, [self()]),
    p(gen_server:call(gs_entered, log)),
    gen_server:stop(P),
    receive {'EXIT', P, Why} -> p(Why) end.

named() ->
    {ok, P} = gen_server:start({global, gs_global}, ?MODULE, [], []),
    p(gen_server:call({global, gs_global}, {echo, hi})),
    p(global:whereis_name(gs_global) =:= P),
    gen_server:stop({global, gs_global}),
    p(global:whereis_name(gs_global)),
    p(catch_it(fun() -> gen_server:start({local, "string"}, ?MODULE, [], []) end)).

catch_it(F) ->
    try F() catch C:R -> {C, R} end.

p(X) -> io:format("~p~n", [strip(X)]).

strip(P) when is_pid(P) -> pid;
strip(R) when is_reference(R) -> ref;
strip(T) when is_tuple(T) -> list_to_tuple(strip(tuple_to_list(T)));
strip([H | T]) -> [strip(H) | strip(T)];
strip(X) -> X.
