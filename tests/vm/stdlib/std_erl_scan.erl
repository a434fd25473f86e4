%% Erlang's own scanner and parser read a term.
-module(std_erl_scan).
-export([start/0]).

start() ->
    {ok, Tokens, _} = erl_scan:string("{ok, [1, \"two\", 3.0], #{k => 'V'}}."),
    {ok, Term} = erl_parse:parse_term(Tokens),
    io:format("~p~n", [Term]),
    {error, {Line, Module, _}, _} = erl_scan:string("'unterminated"),
    io:format("~p ~p~n", [Line, Module]).
