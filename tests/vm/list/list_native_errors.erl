%% Functions of lists that the VM has natively fail as the Erlang ones do, and order equal numbers as they do.
-module(list_native_errors).
-export([start/0]).

start() ->
    [erlang:display({F, A, outcome(F, A)}) || {F, A} <- calls()].

calls() ->
    [
        {sort, [a]}, {sort, [[a | b]]}, {sort, [[b, a | c]]}, {sort, [[2, 1.0, 1, 2.0]]}, {sort, [[1.0, 1, 1.0, 1]]}, {sort, [[]]},
        {usort, [[c, b, a | c]]}, {usort, [[2, 1.0, 1, 2.0]]}, {usort, [[3, 1.0, 1, 2, 1.0]]}, {usort, [[b, a, b, c, a]]},
        {keysort, [1, x]}, {keysort, [1, [a]]}, {keysort, [0, [{1}, {2}]]}, {keysort, [3, [{1}, {2}]]}, {keysort, [x, []]},
        {keysort, [1, [{1}, {2} | a]]}, {keysort, [1, [{2, a}, {1.0, b}, {1, c}, {2.0, a}]]}, {keysort, [2, [{a, 1}]]},
        {nth, [0, [a]]}, {nth, [3, [a]]}, {nth, [2, [a | b]]}, {nth, [2, [a, b | c]]}, {nth, [1, []]},
        {nthtail, [3, [a]]}, {nthtail, [1, [a | b]]}, {nthtail, [0, [a]]}, {nthtail, [0, a]}, {nthtail, [2, [a, b, c]]},
        {last, [[]]}, {last, [[a | b]]}, {last, [[a, b]]}, {last, [x]},
        {append, [a, [b]]}, {append, [[a], b]}, {subtract, [[a | b], [a]]}, {subtract, [[a], b]},
        {reverse, [a]}, {reverse, [[a | b]]}, {reverse, [[a, b | c]]}, {reverse, [[a, b, c]]}, {reverse, [[a], b]}, {reverse, [a, []]},
        {member, [a, b]}, {member, [a, [b | c]]}, {member, [a, [a | b]]}, {member, [1, [1.0]]},
        {keyfind, [1, 1, [{1.0}]]}, {keyfind, [a, 0, []]}, {keyfind, [a, 1, [b, {a} | c]]}, {keyfind, [a, 1, [b | c]]},
        {keyfind, [a, 2, [{a}, {b, a}]]}, {keymember, [x, 1, y]}, {keysearch, [1.0, 1, [{1}]]}, {keysearch, [x, 1, [{1}]]}
    ].

outcome(F, A) ->
    try apply(lists, F, A)
    catch Class:Reason:Trace ->
        [{Module, Function, Arguments, _} | _] = Trace,
        {Class, Reason, {Module, Function, Arguments}}
    end.
