%% On `erl` alone: answers requests over stdin and stdout, each an external term behind its length in 4 bytes.
%%
%%   {types, [Module]}            the specs and types of modules: [{Module, [{{Function, Arity}, Spec}], [Type]}]
%%   {beams, [Module]}            the .beam files of modules
%%   {compare, Batch, Bytes}      makes the calls of a batch; Bytes are the outcomes of another machine as it wrote them.
%%                                {Differences, Outcomes}: differences are {Index, Program, Expected, Got}, the last
%%                                three as text; outcomes one for each program, what its last step gave: returned,
%%                                raised, or skipped
%%   {consult, File}              the terms in a file
%%   {load, Module}               makes the file of a module that was compiled again the one that counts
-module(calls_oracle).
-export([main/0]).

main() ->
    logger:set_primary_config(level, none),
    Port = open_port({fd, 0, 1}, [{packet, 4}, binary, eof]),
    loop(Port).

loop(Port) ->
    receive
        {Port, {data, Request}} ->
            port_command(Port, term_to_binary(answer(binary_to_term(Request)))),
            loop(Port);
        {Port, eof} ->
            halt(0)
    end.

answer({types, Modules}) -> [types(Module) || Module <- Modules];
answer({beams, Modules}) -> [list_to_binary(beam(Module)) || Module <- Modules];
answer({compare, Batch, Bytes}) -> compare(Batch, Bytes);
answer({load, Module}) ->
    code:purge(Module),
    {module, Module} = code:load_file(Module),
    Module;
answer({consult, File}) ->
    {ok, Terms} = file:consult(File),
    Terms.

%% Modules that erl carries within itself have a file in a folder of its run-time system.
beam(Module) ->
    case code:which(Module) of
        preloaded -> filename:join([code:lib_dir(erts), ebin, atom_to_list(Module) ++ ".beam"]);
        File -> File
    end.

types(Module) ->
    {ok, {_, [{abstract_code, {_, Forms}}, {exports, Exports}]}} =
        beam_lib:chunks(beam(Module), [abstract_code, exports]),
    Specs = [
        {name(Name), plain(Clauses)}
     || {attribute, _, spec, {Name, Clauses}} <- Forms, lists:member(name(Name), Exports)
    ],
    Types = [
        {Name, length(Variables), [Variable || {var, _, Variable} <- Variables], plain(Type), Kind}
     || {attribute, _, Kind, {Name, Type, Variables}} <- Forms, Kind =:= type orelse Kind =:= opaque
    ],
    {Module, Specs, Types, [Export || Export <- Exports, not lists:keymember(Export, 1, Specs)]}.

name({_Module, Function, Arity}) -> {Function, Arity};
name(Name) -> Name.

%% Without positions, integers evaluated.
plain({op, _, _, _} = Form) -> {integer, erl_eval_integer(Form)};
plain({op, _, _, _, _} = Form) -> {integer, erl_eval_integer(Form)};
plain({char, _, Value}) -> {integer, Value};
plain({Kind, _, Value}) -> {Kind, plain(Value)};
plain({Kind, _, Name, Arguments}) -> {Kind, Name, plain(Arguments)};
plain(List) when is_list(List) -> [plain(Item) || Item <- List];
plain(Other) -> Other.

erl_eval_integer(Form) ->
    {value, Value, _} = erl_eval:expr(Form, []),
    Value.

compare({_, Programs} = Batch, Bytes) ->
    Expected = calls:batch(Batch),
    Got = try binary_to_term(Bytes) catch error:badarg -> [] end,
    {differences(Programs, Expected, Got, 0), [kind(Outcome) || Outcome <- Expected]}.

differences([], [], _, _) ->
    [];
differences([Program | Programs], [Outcome | Expected], Got, Index) ->
    {Other, Rest} = case Got of [] -> {missing, []}; [First | More] -> {First, More} end,
    Further = differences(Programs, Expected, Rest, Index + 1),
    case kind(Outcome) =:= skipped orelse is_same(Outcome, Other) orelse is_unordered(Program) of
        true -> Further;
        false -> [{Index, text(Program), text(Outcome), text(Other)} | Further]
    end.

%% Where OTP translates text in Erlang before its native sees it, the error of `re` names a line of re.erl, which is each
%% release's own, and not what was wrong.
is_same([{error, badarg, [{re, Function, _, [{file, _}, {line, _}]}], none} | Steps],
        [{error, badarg, [{re, Function, _, _}], _} | Others]) ->
    is_same(Steps, Others);
is_same([Same | Steps], [Same | Others]) ->
    is_same(Steps, Others);
is_same(Outcome, Other) ->
    Outcome =:= Other.

%% Whether the order of the keys of a map may be each machine's own: that of atoms is, in maps of OTP 26 and later.
is_unordered(Program) ->
    list_to_integer(erlang:system_info(otp_release)) >= 26 andalso has_atoms_as_keys(Program).

has_atoms_as_keys(Map) when is_map(Map) ->
    length([Key || Key <- maps:keys(Map), is_atom(Key)]) > 1 orelse has_atoms_as_keys(maps:to_list(Map));
has_atoms_as_keys(Tuple) when is_tuple(Tuple) -> has_atoms_as_keys(tuple_to_list(Tuple));
has_atoms_as_keys([Head | Tail]) -> has_atoms_as_keys(Head) orelse has_atoms_as_keys(Tail);
has_atoms_as_keys(_) -> false.

%% What does not end on erl within its limits of time and memory has no outcome to compare with.
kind(timeout) -> skipped;
kind({died, killed}) -> skipped;
kind({died, {internal_error, _}}) -> skipped; % re:replace of OTP 25 with an offset behind the text
kind({died, _}) -> raised;
kind(Steps) ->
    case lists:last(Steps) of
        {ok, _} -> returned;
        _ -> raised
    end.

text(Term) ->
    case erlang:external_size(Term) of
        Size when Size > 100000 -> iolist_to_binary(io_lib:format("a term of ~w bytes", [Size]));
        _ -> unicode:characters_to_binary(io_lib:format("~tp", [Term]))
    end.
