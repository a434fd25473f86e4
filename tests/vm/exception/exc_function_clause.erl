%% function_clause carries module, function and arguments.
-module(exc_function_clause).
-export([start/0, id/1]).

start() ->
    try f(id(x), [y], 3) catch error:function_clause:S -> {M, F, A, _} = hd(S), erlang:display({M, F, A}) end,
    try lists:nth(id(0), [a]) catch error:function_clause:S2 -> {M2, F2, A2, _} = hd(S2), erlang:display({M2, F2, A2}) end.

f(a, _, N) when N > 2 -> ok;
f(b, [], _) -> ok.

id(X) -> X.
