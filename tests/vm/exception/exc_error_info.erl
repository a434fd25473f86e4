%% error/2 puts the arguments into the stack.
-module(exc_error_info).
-export([start/0]).

start() ->
    try f(1, [2]) catch error:my_reason:S -> {M, F, A, _} = hd(S), erlang:display({M, F, A}) end,
    try error(r, none) catch error:r:S2 -> {M2, F2, A2, _} = hd(S2), erlang:display({M2, F2, A2}) end.

f(A, B) ->
    error(my_reason, [A, B]),
    ok.
