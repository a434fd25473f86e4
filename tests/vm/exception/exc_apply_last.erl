%% Functions that end the one that calls them, applied as its last call: it is in the stack trace all the same.
-module(exc_apply_last).
-export([start/0]).

start() ->
    [display(How) || How <- [error_1, error_2, error_3, exit, throw, length, none, fun_error_1, fun_error_2]].

display(How) ->
    put(erlang, erlang),
    try outer(How)
    catch Class:Reason:Stack -> erlang:display({How, Class, Reason, [{F, A} || {?MODULE, F, A, _} <- Stack]})
    end.

outer(How) -> inner(How), kept(ok).

inner(How) -> kept(How), last(How, get(erlang)).

last(error_1, Erlang) -> kept(x), Erlang:error(oops);
last(error_2, Erlang) -> kept(x), Erlang:error(oops, [argument]);
last(error_3, Erlang) -> kept(x), Erlang:error(oops, [argument], []);
last(exit, Erlang) -> kept(x), Erlang:exit(oops);
last(throw, Erlang) -> kept(x), Erlang:throw(oops);
last(length, Erlang) -> kept(x), Erlang:length(oops);
last(none, Erlang) -> kept(x), Erlang:none(oops);
last(fun_error_1, Erlang) -> kept(x), (fun Erlang:error/1)(oops);
last(fun_error_2, Erlang) -> kept(x), (fun Erlang:error/2)(oops, [argument]).

kept(X) -> X.
