%% sys: state read and replaced, suspension, status, statistics, log, functions of debugging, code change.
-module(otp_sys_debug).
-export([start/0]).

-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, code_change/3]).

start() ->
    {ok, P} = gen_server:start_link(?MODULE, 1, []),
    p(sys:get_state(P)),
    p(sys:replace_state(P, fun(N) -> N + 1 end)),
    p(element(1, catch_it(fun() -> sys:replace_state(P, fun(_) -> error(no) end) end))),
    p(sys:get_state(P)),
    p(catch_it(fun() -> sys:get_state(nobody) end)),
    {status, Pid, {module, gen_server}, [_, Running, Parent, Debug, Misc]} = sys:get_status(P),
    p([Pid =:= P, Running, Parent =:= self(), Debug, is_list(Misc)]),
    p(sys:suspend(P)),
    p(catch_it(fun() -> gen_server:call(P, get, 20) end)),
    p(element(2, lists:nth(2, tuple_to_list({x, status_of(P)})))),
    p(sys:change_code(P, ?MODULE, old, extra)),
    p(sys:resume(P)),
    p(gen_server:call(P, get)),
    p(sys:statistics(P, true)),
    gen_server:call(P, get),
    gen_server:cast(P, noop),
    {ok, Statistics} = sys:statistics(P, get),
    p([{K, lists:keyfind(K, 1, Statistics)} || K <- [messages_in, messages_out]]),
    p(sys:statistics(P, false)),
    p(sys:statistics(P, get)),
    p(sys:log(P, {true, 3})),
    gen_server:call(P, get),
    gen_server:cast(P, noop),
    {ok, Log} = sys:log(P, get),
    p([element(1, E) || E <- Log]),
    p(sys:log(P, false)),
    Main = self(),
    p(sys:install(P, {fun(Count, Event, _) -> Main ! {seen, Count, element(1, Event)}, Count + 1 end, 0})),
    gen_server:cast(P, noop),
    p(receive {seen, N, E} -> {N, E} after 1000 -> none end),
    p(sys:no_debug(P)),
    p(sys:terminate(P, normal)),
    p(catch_it(fun() -> sys:get_state(P, 100) end)),
    traced().

status_of(P) ->
    {status, _, _, [_, Running | _]} = sys:get_status(P),
    {running, Running}.

traced() ->
    {ok, P} = gen_server:start_link({local, sys_traced}, ?MODULE, 5, [{debug, [statistics, {log, 5}]}]),
    gen_server:call(P, get),
    {ok, Log} = sys:log(P, get),
    p(length(Log) > 0),
    {ok, S} = sys:statistics(sys_traced, get),
    p(lists:keyfind(messages_in, 1, S)),
    gen_server:stop(P).

init(N) -> {ok, N}.
handle_call(get, _, N) -> {reply, N, N}.
handle_cast(noop, N) -> {noreply, N}.
handle_info(_, N) -> {noreply, N}.
code_change(Old, N, Extra) -> {ok, {Old, N, Extra}}.

catch_it(F) ->
    try F() of X -> X catch C:R -> {C, R} end.

p(X) -> io:format("~p~n", [strip(X)]).

strip(P) when is_pid(P) -> pid;
strip(T) when is_tuple(T) -> list_to_tuple(strip(tuple_to_list(T)));
strip([H | T]) -> [strip(H) | strip(T)];
strip(X) -> X.
