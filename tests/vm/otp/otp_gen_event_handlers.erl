%% gen_event: handlers added, supervised, swapped, deleted, called; those that fail are taken out and said to be.
-module(otp_gen_event_handlers).
-export([start/0]).

-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2]).

start() ->
    {ok, M} = gen_event:start_link({local, events_here}),
    p(gen_event:add_handler(M, ?MODULE, {one, self()})),
    p(gen_event:add_handler(M, {?MODULE, second}, {two, self()})),
    p(gen_event:add_handler(M, ?MODULE, {again, self()})),
    p(gen_event:which_handlers(events_here)),
    gen_event:notify(M, hello),
    p([next(), next()]),
    p(gen_event:sync_notify(M, sync)),
    p([next(), next()]),
    M ! info,
    p([next(), next()]),
    p(gen_event:call(M, ?MODULE, name)),
    p(gen_event:call(M, {?MODULE, second}, name)),
    p(gen_event:call(M, nobody, name)),
    p(gen_event:call(M, ?MODULE, nonsense)),
    p(gen_event:which_handlers(M)),
    p(next()),
    p(gen_event:add_handler(M, ?MODULE, {error, no})),
    p(gen_event:add_handler(M, ?MODULE, crash)),
    p(gen_event:add_sup_handler(M, {?MODULE, sup}, {sup, self()})),
    gen_event:notify(M, {only, sup, crash}),
    p([next() || _ <- lists:seq(1, 3)]),
    p(receive {gen_event_EXIT, H, {'EXIT', {R, _}}} -> {H, R} after 1000 -> none end),
    p(gen_event:which_handlers(M)),
    p(gen_event:swap_handler(M, {{?MODULE, second}, swapping}, {{?MODULE, third}, {three, self()}})),
    p([next(), next()]),
    p(gen_event:call(M, {?MODULE, third}, name)),
    gen_event:notify(M, {only, three, remove}),
    p([next(), next()]),
    p(gen_event:delete_handler(M, {?MODULE, third}, args)),
    p(gen_event:which_handlers(M)),
    p(gen_event:add_handler(M, ?MODULE, {last, self()})),
    R2 = gen_event:send_request(M, ?MODULE, name),
    p(gen_event:wait_response(R2, 1000)),
    p(gen_event:stop(M)),
    p(next()),
    p(whereis(events_here)).

next() -> receive {event, X} -> X after 200 -> nothing end.

init({error, R}) -> {error, R};
init(crash) -> error(crash_in_init);
init({{Name, Main}, Terminated}) -> Main ! {event, {Name, swapped_in, Terminated}}, {ok, {Name, Main}};
init({Name, Main}) -> {ok, {Name, Main}}.

handle_event({only, Name, crash}, {Name, _}) -> error(crash_in_event);
handle_event({only, Name, remove}, {Name, _}) -> remove_handler;
handle_event(E, {Name, Main} = S) -> Main ! {event, {Name, E}}, {ok, S}.

handle_call(name, {Name, _} = S) -> {ok, Name, S};
handle_call(nonsense, _) -> nonsense.

handle_info(I, {Name, Main} = S) -> Main ! {event, {Name, info, I}}, {ok, S}.

terminate(Why, {Name, Main}) -> Main ! {event, {Name, terminated, reason(Why)}}, {left_by, Name}.

reason({error, {'EXIT', {R, _}}}) -> {crashed, R};
reason(R) -> R.

p(X) -> io:format("~p~n", [strip(X)]).

strip({'EXIT', {R, Stack}}) when is_list(Stack) -> {'EXIT', R};
strip(T) when is_tuple(T) -> list_to_tuple(strip(tuple_to_list(T)));
strip([H | T]) -> [strip(H) | strip(T)];
strip(P) when is_pid(P) -> pid;
strip(X) -> X.
