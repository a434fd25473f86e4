%% Messages to nobody: the frame names the function that was called, `!` by a name of its own when it is applied.
-module(exc_send).
-export([start/0]).

start() ->
    Name = id(exc_send_nobody),
    top(fun() -> Name ! 1 end),
    top(fun() -> id({a}) ! 1 end),
    top(fun() -> id(7) ! 1 end),
    top(fun() -> id({exc_send_nobody, 1}) ! 1 end),
    top(fun() -> id({exc_send_nobody, node()}) ! 1 end),
    top(fun() -> erlang:'!'(Name, 1) end),
    top(fun() -> erlang:send(Name, 1) end),
    top(fun() -> erlang:send(Name, 1, []) end),
    top(fun() -> erlang:send(Name, 1, [id(wrong)]) end),
    top(fun() -> erlang:send(Name, 1, [noconnect | id(wrong)]) end),
    top(fun() -> erlang:send_nosuspend(Name, 1) end),
    top(fun() -> erlang:send_nosuspend(Name, 1, [id(wrong)]) end),
    top(fun() -> apply(erlang, id('!'), [Name, 1]) end),
    top(fun() -> apply(fun erlang:'!'/2, [Name, 1]) end),
    top(fun() -> apply(fun erlang:send/2, [Name, 1]) end).

id(Term) -> Term.

top(Fun) ->
    try Fun() of
        Value -> io:format("~p~n", [Value])
    catch
        Class:Reason:Stack ->
            {Module, Function, Arguments, Info} = hd(Stack),
            io:format("~p ~p ~p:~p~0p ~0p~n", [Class, Reason, Module, Function, Arguments, lists:keyfind(error_info, 1, Info)])
    end.
