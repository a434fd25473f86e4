%% error/2 puts the arguments into the stack; error/3 also what explains the error, if all of its options are such.
-module(exc_error_info).
-export([start/0]).

start() ->
    try f(1, [2]) catch error:my_reason:S -> {M, F, A, _} = hd(S), erlang:display({M, F, A}) end,
    try error(r, none) catch error:r:S2 -> {M2, F2, A2, _} = hd(S2), erlang:display({M2, F2, A2}) end,
    [erlang:display({Options, info(Options)}) || Options <- options()].

options() ->
    One = {error_info, #{}},
    Two = {error_info, #{cause => two}},
    [[], [One], [Two, One], [One, Two], [One, a], [a, One], [One | a], a, [{error_info, a}], [One, {other, #{}}], [{error_info, #{}, 1}]].

info(Options) ->
    try error(reason, [1], Options)
    catch error:reason:Stack ->
        {_, _, [1], Location} = hd(Stack),
        lists:keyfind(error_info, 1, Location)
    end.

f(A, B) ->
    error(my_reason, [A, B]),
    ok.
