%% counters and atomics modules.
-module(bif_counters).
-export([start/0]).

start() ->
    C = counters:new(3, []),
    counters:add(C, 1, 5),
    counters:add(C, 2, -2),
    counters:sub(C, 1, 1),
    counters:put(C, 3, 100),
    erlang:display([counters:get(C, I) || I <- [1, 2, 3]]),
    A = atomics:new(2, [{signed, true}]),
    atomics:put(A, 1, 10),
    erlang:display(atomics:add_get(A, 1, 5)),
    erlang:display(atomics:exchange(A, 1, 7)),
    erlang:display(atomics:compare_exchange(A, 1, 7, 8)),
    erlang:display(atomics:compare_exchange(A, 1, 7, 9)),
    erlang:display(atomics:get(A, 2)),
    One = {counters:new(1, []), atomics:new(1, [])},
    erlang:display({counters:add(element(1, One), 1, 3), counters:get(element(1, One), 1), atomics:add_get(element(2, One), 1, 4)}),
    erlang:display([try atomics:get(Ref, Index) catch error:R -> R end || Ref <- [element(2, One), element(1, One), a], Index <- [0, 1, 2]]),
    [erlang:display(refused(New, Size)) || New <- [fun counters:new/2, fun atomics:new/2], Size <- [1 bsl 80, -(1 bsl 80), 0, -1, 1.0]].

refused(New, Size) ->
    try New(Size, [])
    catch error:Reason:Stack -> {Reason, erl_erts_errors:format_error(Reason, Stack)}
    end.
