%% Makes calls and says what they give, on `erl` and on the VM alike.
%%
%%   Batch      {TimeoutMs, [Program]}
%%   Program    [Step], run one after the other in a process of their own
%%   Step       {Module, Function, [Expression]}
%%   Expression a term, in which these stand for values that have no other way into it:
%%                {'$call', Module, Function, [Expression]}   what the call returns
%%                {'$result', N}                              what step N of the program returned, from 1
%%   Outcome    [{ok, Value} | {Class, Reason, [Frame], Explanation}], one for each step; timeout | {died, Reason}
%%   Frame      {Module, Function, Arity | Arguments, Info}, those above the call alone
%%
%% Values are made comparable: what differs from one run to the next (pids, references, ports, the environment of funs,
%% compiled patterns) becomes a name of its kind.
-module(calls).
-export([start/0, batch/1, comparable/1]).

-define(MAX_HEAP_WORDS, 4000000).

%% On the VM: a batch on stdin, outcomes on stdout.
start() ->
    logger:set_primary_config(level, none),
    Outcomes = batch(binary_to_term('Elixir.AtomVM.Wasi':read_stdin())),
    'Elixir.AtomVM.Wasi':write_stdout(term_to_binary(Outcomes)).

batch({TimeoutMs, Programs}) ->
    [program(Program, TimeoutMs) || Program <- Programs].

program(Program, TimeoutMs) ->
    Limit = #{size => ?MAX_HEAP_WORDS, kill => true, error_logger => false},
    Run = fun() -> exit({calls_done, steps(Program, [])}) end,
    {Pid, Monitor} = spawn_opt(Run, [monitor, {max_heap_size, Limit}]),
    receive
        {'DOWN', Monitor, process, Pid, {calls_done, Outcome}} -> settled(Outcome);
        {'DOWN', Monitor, process, Pid, Reason} -> settled({died, comparable(Reason)})
    after TimeoutMs ->
        exit(Pid, kill),
        receive {'DOWN', Monitor, process, Pid, _} -> settled(timeout) end
    end.

%% Names that the program registered are free again for the next one.
settled(Outcome) ->
    case [Name || Name <- registered(), lists:prefix("calls_", atom_to_list(Name))] of
        [] ->
            Outcome;
        [Name | _] ->
            Pid = whereis(Name),
            is_pid(Pid) andalso await_end(Pid),
            settled(Outcome)
    end.

await_end(Pid) ->
    Monitor = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

steps([], _Results) ->
    [];
steps([{Module, Function, Expressions} | Steps], Results) ->
    {Outcome, Value} = step(Module, Function, Expressions, Results),
    [Outcome | steps(Steps, Results ++ [Value])].

step(Module, Function, Expressions, Results) ->
    try value(Expressions, Results) of
        Arguments -> call(Module, Function, Arguments)
    catch
        Class:Reason -> {{arguments, Class, comparable(Reason)}, none}
    end.

call(Module, Function, Arguments) ->
    try apply(Module, Function, Arguments) of
        Value when Module =:= math, is_float(Value) -> {{ok, rounded(Value)}, Value};
        Value -> {{ok, comparable(Value)}, Value}
    catch
        Class:Reason:Raised ->
            Stack = settle(Raised),
            Explanation = explanation(Reason, Stack),
            {{Class, comparable(Reason), frames(Stack), Explanation}, none}
    end.

%% The last digits of what `math` gives are each C library's own.
rounded(Value) -> float_to_binary(Value, [{scientific, 12}]).

%% The frames above apply/3.
frames([{?MODULE, _, _, _} | _]) -> [];
frames([Frame, Frame | Stack]) -> frames([Frame | Stack]);
frames([Frame | Stack]) -> [comparable(Frame) | frames(Stack)];
frames([]) -> [].

%% Where releases of erl, and its two kinds of machine, differ among themselves: whether `X + 1` and `X - 1` of no number
%% have a frame of the operator, whether the Erlang code of apply/2 has one, and (see frames/1) whether a call of what is
%% no fun of that arity counts its line twice.
settle([{erlang, Operator, [_, _], _} | Stack]) when Operator =:= '+'; Operator =:= '-' -> settle(Stack);
settle(Stack) -> [Frame || Frame <- Stack, element(1, Frame) =/= erlang orelse element(2, Frame) =/= apply orelse
                           element(3, Frame) =/= 2].

%% What the shell would say about it.
explanation(Reason, [{Module, _, _, Info} | _] = Stack) ->
    case lists:keyfind(error_info, 1, Info) of
        {error_info, Map} ->
            Explainer = maps:get(module, Map, Module),
            Function = maps:get(function, Map, format_error),
            try comparable(Explainer:Function(Reason, Stack)) catch Class:Error -> {Class, Error} end;
        false ->
            none
    end;
explanation(_Reason, _Stack) ->
    none.

value({'$call', Module, Function, Expressions}, Results) ->
    apply(Module, Function, value(Expressions, Results));
value({'$result', N}, Results) ->
    lists:nth(N, Results);
value(Tuple, Results) when is_tuple(Tuple) ->
    list_to_tuple(value(tuple_to_list(Tuple), Results));
value([Head | Tail], Results) ->
    [value(Head, Results) | value(Tail, Results)];
value(Map, Results) when is_map(Map) ->
    maps:from_list([{value(K, Results), value(V, Results)} || {K, V} <- maps:to_list(Map)]);
value(Term, _Results) ->
    Term.

comparable(Fun) when is_function(Fun) ->
    {module, Module} = erlang:fun_info(Fun, module),
    {arity, Arity} = erlang:fun_info(Fun, arity),
    {'$fun', Module, Arity};
comparable(Pid) when is_pid(Pid) ->
    '$pid';
comparable(Reference) when is_reference(Reference) ->
    '$reference';
comparable(Port) when is_port(Port) ->
    '$port';
comparable({re_pattern, Groups, Unicode, CrLf, _}) ->
    {re_pattern, Groups, Unicode, CrLf};
comparable({re_exported_pattern, _, _, _, _}) ->
    re_exported_pattern;
comparable(Tuple) when is_tuple(Tuple) ->
    list_to_tuple(comparable(tuple_to_list(Tuple)));
comparable([Head | Tail]) ->
    [comparable(Head) | comparable(Tail)];
comparable(Map) when is_map(Map) ->
    maps:from_list([{comparable(K), comparable(V)} || {K, V} <- maps:to_list(Map)]);
comparable(Float) when is_float(Float), Float == 0 ->
    <<Bits:64>> = <<Float/float>>,
    if Bits =:= 0 -> Float; true -> '$minus_zero' end;
comparable(Term) ->
    Term.
