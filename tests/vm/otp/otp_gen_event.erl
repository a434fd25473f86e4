%% gen_event with two handlers.
-module(otp_gen_event).
-export([start/0]).

-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2]).

start() ->
    {ok, P} = gen_event:start_link(),
    ok = gen_event:add_handler(P, {?MODULE, one}, 0),
    ok = gen_event:add_handler(P, {?MODULE, two}, 100),
    gen_event:sync_notify(P, {add, 5}),
    gen_event:notify(P, {add, 1}),
    p(gen_event:call(P, {?MODULE, one}, get)),
    p(gen_event:call(P, {?MODULE, two}, get)),
    p(gen_event:delete_handler(P, {?MODULE, one}, bye)),
    p(gen_event:which_handlers(P)),
    gen_event:stop(P).

init(N) -> {ok, N}.

handle_event({add, X}, N) -> {ok, N + X}.

handle_call(get, N) -> {ok, N, N}.

p(X) -> io:format("~p~n", [X]).
