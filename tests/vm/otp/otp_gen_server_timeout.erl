%% gen_server timeouts, continue and named servers.
-module(otp_gen_server_timeout).
-export([start/0]).

-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2]).

start() ->
    {ok, _} = gen_server:start_link({local, named_server}, ?MODULE, self(), []),
    p(receive continued -> continued end),
    p(receive timeout_seen -> timeout_seen end),
    p(gen_server:call(named_server, hello)),
    gen_server:stop(named_server).

init(Parent) -> {ok, Parent, {continue, go}}.

handle_continue(go, Parent) -> Parent ! continued, {noreply, Parent, 10}.

handle_info(timeout, Parent) -> Parent ! timeout_seen, {noreply, Parent}.

handle_call(hello, _From, S) -> {reply, world, S}.

handle_cast(_, S) -> {noreply, S}.

p(X) -> io:format("~p~n", [X]).
