%% Kinds of nodes, questions about tracing, exit signals and links with options, names of files for the system.
-module(bif_node_trace).
-export([start/0]).

start() ->
    show([{X, e(fun() -> nodes(X) end)} || X <- [this, visible, hidden, connected, known, foo, [this], [this, visible], [this | x], [], [foo], 1]]),
    show([{X, Y, e(fun() -> erlang:nodes(X, Y) end)} || {X, Y} <- [{this, #{connection_id => true}}, {this, #{node_type => false}},
        {this, #{foo => true}}, {known, #{node_type => 1}}, {[this, known], #{}}, {[], #{}}, {visible, #{}}, {this, []}]]),
    show([{X, Y, e(fun() -> erlang:trace_info(X, Y) end)} || {X, Y} <- [{{lists, map, 2}, traced}, {{lists, map, 2}, all},
        {{lists, map, 2}, meta}, {{lists, map, 2}, match_spec}, {{lists, map, 2}, call_count}, {{lists, map, 2}, call_time},
        {{lists, foo, 2}, all}, {new_processes, flags}, {new, flags}, {new_processes, tracer}, {foo, flags}, {1, flags},
        {on_load, all}, {{nomod, f, 1}, traced}]]),
    show([e(fun() -> erlang:trace_info(self(), Item) end) || Item <- [flags, tracer, foo]]),
    Me = self(),
    Reference = erlang:trace_delivered(Me),
    show(receive {trace_delivered, Me, Reference} -> delivered after 1000 -> lost end),
    show([e(fun() -> erlang:trace_delivered(foo) end), erlang:dt_get_tag(), erlang:dt_put_tag(undefined), erlang:dt_spread_tag(true)]),
    show([erlang:exit_signal(self(), normal), exit_of(fun() -> erlang:exit_signal(self(), left), receive after 1000 -> ok end end)]),
    show([e(fun() -> prim_file:internal_name2native(X) end) || X <- ["abc", [16#20ac], <<"x">>, <<255>>, foo, ["a", ["b"], $c],
        "a\0b", [255], "ab\0", [$a | b], [-1], [16#110000], <<>>, []]]),
    show([e(fun() -> prim_file:internal_native2name(X) end) || X <- [<<"abc">>, <<226, 130, 172>>, <<255>>, "abc", foo]]),
    show([e(fun() -> prim_file:internal_normalize_utf8(X) end) || X <- [<<"abc">>, <<226, 130, 172>>, <<255>>, "abc"]]),
    show([e(fun() -> prim_file:is_translatable(X) end) || X <- [<<"abc">>, <<255>>, "abc"]]),
    deep().

deep() ->
    Deep = lists:foldl(fun(_, A) -> [A] end, "name", lists:seq(1, 100000)),
    show(prim_file:internal_name2native(Deep)).

exit_of(F) ->
    {Pid, Monitor} = spawn_monitor(F),
    receive {'DOWN', Monitor, process, Pid, Reason} -> Reason end.

e(F) -> try F() catch C:R -> {C, R} end.

show(X) -> io:format("~w~n", [X]).
