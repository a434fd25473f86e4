%% A crashing gen_server gives its callers and its links the reason.
-module(otp_gen_server_crash).
-export([start/0]).

-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

start() ->
    process_flag(trap_exit, true),
    {ok, P} = gen_server:start_link(?MODULE, [], []),
    p(try gen_server:call(P, crash) catch exit:{{Why, _}, {gen_server, call, [_, Request]}} -> {Why, Request} end),
    p(receive {'EXIT', P, {R, _}} -> R end),
    p(gen_server:start_link(?MODULE, fail, [])),
    %% Since OTP 26 start_link takes the exit signal of a failed start itself.
    p(receive {'EXIT', _, R2} -> R2 after 200 -> none end),
    p(gen_server:start_link(?MODULE, ignore, [])),
    p(try gen_server:call(nobody_there, x) catch exit:E -> E end).

init([]) -> {ok, state};
init(fail) -> {stop, no_luck};
init(ignore) -> ignore.

handle_call(crash, _From, _S) -> error(broken).

handle_cast(_, S) -> {noreply, S}.

p(X) -> io:format("~p~n", [X]).
