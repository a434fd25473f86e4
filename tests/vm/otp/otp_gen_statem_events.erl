%% gen_statem with one handler: state enter calls, postponed and inserted events, all kinds of timeouts, replies, stops.
-module(otp_gen_statem_events).
-export([start/0]).

-behaviour(gen_statem).
-export([init/1, callback_mode/0, handle_event/4, terminate/3]).

start() ->
    process_flag(trap_exit, true),
    {ok, P} = gen_statem:start_link({local, statem_here}, ?MODULE, [], []),
    p(gen_statem:call(statem_here, log)),
    gen_statem:cast(P, postpone_me),
    gen_statem:cast(P, {go, second}),
    p(gen_statem:call(P, log)),
    gen_statem:cast(P, insert),
    p(gen_statem:call(P, log)),
    gen_statem:cast(P, {timeouts, cancel}),
    timer:sleep(60),
    p(gen_statem:call(P, log)),
    gen_statem:cast(P, {timeouts, run}),
    timer:sleep(120),
    p(gen_statem:call(P, log)),
    P ! some_info,
    p(gen_statem:call(P, log)),
    p(gen_statem:call(P, both_reply)),
    Id = gen_statem:send_request(P, slow),
    p(gen_statem:wait_response(Id, 0)),
    p(gen_statem:receive_response(Id, 1000)),
    p(catch_it(fun() -> gen_statem:call(P, never, 20) end)),
    p(sys:get_state(P)),
    p(catch_it(fun() -> gen_statem:call(P, stop_and_reply) end)),
    receive {'EXIT', P, Why} -> p(Why) end,
    p(catch_it(fun() -> gen_statem:call(P, log) end)),
    p(whereis(statem_here)),
    bad_starts(),
    bad_return().

callback_mode() -> [handle_event_function, state_enter].

init([]) -> {ok, first, []};
init(ignore) -> ignore;
init({stop, R}) -> {stop, R};
init(crash) -> error(crash);
init(nonsense) -> nonsense.

handle_event(enter, Old, State, Log) -> {keep_state, [{enter, Old, State} | Log]};
handle_event({call, From}, log, State, Log) -> {keep_state, [], [{reply, From, {State, lists:reverse(Log)}}]};
handle_event(cast, postpone_me, first, Log) -> {keep_state, [postponing | Log], [postpone]};
handle_event(cast, postpone_me, State, Log) -> {keep_state, [{at_last, State} | Log]};
handle_event(cast, {go, Next}, _, Log) -> {next_state, Next, Log};
handle_event(cast, insert, _, Log) ->
    {keep_state, [insert | Log], [{next_event, internal, one}, {next_event, cast, {note, two}}, {next_event, {timeout, x}, three}]};
handle_event(internal, X, _, Log) -> {keep_state, [{internal, X} | Log]};
handle_event(cast, {note, X}, _, Log) -> {keep_state, [X | Log]};
handle_event(cast, {timeouts, cancel}, _, Log) ->
    {keep_state, Log, [{state_timeout, 10, a}, {state_timeout, cancel}, {{timeout, named}, 10, b}, {{timeout, named}, cancel},
                       {timeout, 20, event}]};
handle_event(cast, {timeouts, run}, _, Log) ->
    {keep_state, Log, [{state_timeout, 10, s}, {{timeout, n1}, 20, n}, {{timeout, n2}, 30, old}, {{timeout, n2}, update, new}]};
handle_event(state_timeout, X, _, Log) -> {keep_state, [{state_timeout, X} | Log]};
handle_event({timeout, slow}, From, _, Log) -> {keep_state, Log, [{reply, From, at_last}]};
handle_event({timeout, Name}, X, _, Log) -> {keep_state, [{timeout, Name, X} | Log]};
handle_event(timeout, X, _, Log) -> {keep_state, [{event_timeout, X} | Log]};
handle_event(info, X, _, Log) -> {keep_state, [{info, X} | Log]};
handle_event({call, From}, both_reply, _, _) -> {keep_state_and_data, [{reply, From, replied}, hibernate]};
handle_event({call, From}, slow, _, Log) -> {keep_state, Log, [{{timeout, slow}, 20, From}]};
handle_event({call, From}, stop_and_reply, _, Log) -> {stop_and_reply, {shutdown, asked}, [{reply, From, stopping}], Log};
handle_event({call, _}, never, _, _) -> keep_state_and_data;
handle_event({call, _}, bad_return, _, _) -> {what, is, this}.

terminate(Reason, State, _) -> p({terminate, Reason, State}).

bad_starts() ->
    [p(catch_it(fun() -> gen_statem:start(?MODULE, A, []) end)) || A <- [ignore, {stop, no}, {stop, normal}]],
    p(catch_it(fun() -> gen_statem:start(?MODULE, crash, []) end)),
    p(gen_statem:start(?MODULE, nonsense, [])).

bad_return() ->
    {ok, P} = gen_statem:start(?MODULE, [], []),
    try gen_statem:call(P, bad_return) catch exit:{{R, _}, {gen_statem, call, _}} -> p(R); exit:{R, _} -> p(element(1, R)) end.

catch_it(F) ->
    try F() catch C:R -> {C, R} end.

p(X) -> io:format("~p~n", [strip(X)]).

strip(P) when is_pid(P) -> pid;
strip(T) when is_tuple(T) -> list_to_tuple(strip(tuple_to_list(T)));
strip([H | T]) -> [strip(H) | strip(T)];
strip(X) -> X.
