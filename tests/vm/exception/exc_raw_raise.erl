%% A clause that rethrows keeps the original stack; raise of a built reason too, and of another class.
-module(exc_raw_raise).
-export([start/0]).

start() ->
    try relay() catch throw:R:S -> erlang:display({R, [F || {?MODULE, F, _, _} <- S, F =/= start]}) end,
    [erlang:display({Class, caught(Class, Way)}) || Class <- [error, exit, throw, foo, 1], Way <- [once, twice, old_catch]].

relay() ->
    try
        deep(3)
    catch
        throw:{other, _} -> never;
        C:R:S when C =:= throw, R =/= none -> erlang:raise(C, {wrapped, R}, S)
    end.

deep(0) -> throw(bottom);
deep(N) -> [deep(N - 1)].

%% Raised as of another class, then on its way through `after`; what is no class is no exception, but badarg.
caught(Class, Way) ->
    try through(Class, Way)
    catch Caught:Reason:Stack -> {Caught, Reason, [F || {?MODULE, F, _, _} <- Stack, lists:member(F, [deep, changed, through])]}
    end.

through(Class, once) -> try changed(Class) after kept(x) end;
through(Class, twice) -> try through(Class, once) after kept(x) end;
through(Class, old_catch) ->
    case catch through(Class, once) of
        {'EXIT', {Reason, Stack}} when is_list(Stack) -> {error, Reason, Stack =/= []};
        Other -> Other
    end.

changed(Class) ->
    try [deep(1)] catch _:Reason:Stack -> erlang:raise(Class, {changed, Reason}, Stack) end.

kept(X) -> X.
