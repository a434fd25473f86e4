%% Who may do what, what a key or an object must be, and the cause that each error carries.
-module(ets_errors).
-export([start/0]).

start() ->
    Test = self(),
    spawn(fun() ->
        [ets:new(Name, [named_table, Access]) || {Name, Access} <- [{open, public}, {mine, private}, {shown, protected}]],
        ets:insert(shown, {k, 1}),
        Test ! made,
        receive stop -> ok end
    end),
    receive made -> ok end,
    ets:new(t, [named_table]),
    ets:insert(t, {k, 1, 2, x}),
    ets:new(b, [named_table, bag]),
    ets:insert(b, {k, 1}),
    [erlang:display({Function, Arguments, outcome(Function, Arguments)}) || {Function, Arguments} <- calls()].

calls() ->
    [
        {lookup, [nothing, k]}, {lookup, [7, k]}, {lookup, [mine, k]}, {lookup, [shown, k]}, {insert, [shown, {k}]},
        {insert, [open, {k}]}, {delete, [shown]}, {delete, [shown, k]}, {member, [mine, k]}, {first, [mine]}, {info, [mine, size]},
        {insert, [t, k]}, {insert, [t, {}]}, {insert, [t, [{a}, b]]}, {insert, [t, [{a} | b]]}, {member, [t, a]},
        {new, [t, [named_table]]}, {new, [x, [unknown]]}, {new, [x, [{keypos, 0}]]}, {new, ["x", []]}, {new, [x, set]},
        {lookup_element, [t, none, 1]}, {lookup_element, [t, k, 5]}, {lookup_element, [t, k, 0]}, {lookup_element, [b, k, 2]},
        {update_counter, [t, none, 1]}, {update_counter, [t, k, x]}, {update_counter, [t, k, {1, 1}]},
        {update_counter, [t, k, {5, 1}]}, {update_counter, [t, k, {4, 1}]}, {update_counter, [b, k, 1]},
        {update_counter, [t, k, [{2, 1}, {4, 1}]]}, {lookup, [t, k]}, {update_counter, [t, new, {2, 1}, {n}]},
        {update_element, [t, none, {2, 1}]}, {update_element, [t, k, {1, 1}]}, {update_element, [t, k, {5, 1}]},
        {update_element, [t, k, {4, y}]}, {update_element, [t, k, [{2, 7}, {3, 8}]]}, {update_element, [t, k, y]},
        {next, [t, none]}, {prev, [t, none]}, {slot, [t, x]}, {safe_fixtable, [t, x]}, {rename, [t, "x"]}, {rename, [t, b]},
        {whereis, [7]}, {whereis, [nothing]}, {info, [nothing]}, {info, [7]}, {info, [t, unknown]}, {info, [t, type]},
        {info, [b, keypos]}, {info, [open, protection]}, {info, [t, named_table]}, {info, [t, name]}, {delete_object, [t, k]},
        {setopts, [t, x]}, {setopts, [shown, {heir, none}]}, {give_away, [t, x, y]}, {take, [t, none]},
        {select_replace, [b, []]}, {match_spec_compile, [x]}, {insert_new, [t, [{k, 0}, {l, 0}]]}, {member, [t, l]},
        {delete, [t]}, {delete, [t]}, {insert, [t, {k}]}
    ].

outcome(Function, Arguments) ->
    try apply(ets, Function, Arguments)
    catch Class:Reason:Trace ->
        [{ets, Function, _, Location} | _] = Trace,
        {Class, Reason, maps:get(cause, proplists:get_value(error_info, Location, #{}), none)}
    end.
