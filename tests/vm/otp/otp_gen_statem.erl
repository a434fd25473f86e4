%% gen_statem with two states, postponed events and a state timeout.
-module(otp_gen_statem).
-export([start/0]).

-behaviour(gen_statem).
-export([init/1, callback_mode/0, locked/3, open/3]).

start() ->
    {ok, P} = gen_statem:start_link(?MODULE, [1, 2, 3], []),
    [p(gen_statem:call(P, {button, N})) || N <- [1, 2, 3]],
    p(gen_statem:call(P, state)),
    timer:sleep(300),
    p(gen_statem:call(P, state)),
    gen_statem:stop(P).

callback_mode() -> state_functions.

init(Code) -> {ok, locked, #{code => Code, left => Code}}.

locked({call, From}, {button, N}, #{code := Code, left := [N | Left]} = D) ->
    case Left of
        [] -> {next_state, open, D#{left := Code}, [{reply, From, opened}, {state_timeout, 150, lock}]};
        _ -> {keep_state, D#{left := Left}, [{reply, From, right}]}
    end;
locked({call, From}, {button, _}, #{code := Code} = D) -> {keep_state, D#{left := Code}, [{reply, From, wrong}]};
locked({call, From}, state, _) -> {keep_state_and_data, [{reply, From, locked}]}.

open(state_timeout, lock, D) -> {next_state, locked, D};
open({call, From}, state, _) -> {keep_state_and_data, [{reply, From, open}]};
open({call, _}, _, _) -> {keep_state_and_data, [postpone]}.

p(X) -> io:format("~p~n", [X]).
