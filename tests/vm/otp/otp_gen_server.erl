%% gen_server: call, cast, info, reply later, stop.
-module(otp_gen_server).
-export([start/0]).

-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

start() ->
    {ok, P} = gen_server:start_link(?MODULE, 10, []),
    p(gen_server:call(P, get)),
    gen_server:cast(P, {add, 5}),
    p(gen_server:call(P, get)),
    P ! {add, 7},
    p(gen_server:call(P, get)),
    p(gen_server:call(P, later)),
    p(try gen_server:call(P, silent, 20) catch exit:{timeout, _} -> timed_out end),
    p(gen_server:stop(P)),
    p(is_process_alive(P)).

init(N) -> {ok, N}.

handle_call(get, _From, N) -> {reply, N, N};
handle_call(later, From, N) -> self() ! {reply, From}, {noreply, N};
handle_call(silent, _From, N) -> {noreply, N}.

handle_cast({add, X}, N) -> {noreply, N + X}.

handle_info({reply, From}, N) -> gen_server:reply(From, later_reply), {noreply, N};
handle_info({add, X}, N) -> {noreply, N + X}.

terminate(Reason, N) -> p({terminate, Reason, N}).

p(X) -> io:format("~p~n", [X]).
