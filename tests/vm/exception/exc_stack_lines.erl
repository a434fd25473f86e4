%% The stack trace names the source line of each call.
-module(exc_stack_lines).
-export([start/0, id/1]).

start() ->
    try outer(id(1)) catch error:_:Stack -> erlang:display([{F, proplists:get_value(line, I)} || {?MODULE, F, _, I} <- Stack, F =/= start]) end,
    try id(a) + 1 catch error:badarith:S2 -> erlang:display(where(S2)) end,
    try
        (id(start)):nothing()
    catch
        error:undef:S3 -> erlang:display(hd(S3))
    end.

outer(X) ->
    [inner(X)].

inner(X) ->
    {ok, Y} = id({error, X}),
    Y.

where([{M, F, A, I} | _]) when M =:= ?MODULE -> {F, A, proplists:get_value(line, I)};
where([_ | T]) -> where(T).

id(X) -> X.
