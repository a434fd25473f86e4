%% The first process of an application: sets up what OTP's own start would have, then calls Module:start().
-module(atomvm_init).

-export([boot/1]).

%% Returns what Module:start() returns; the machine ends when the first process does.
-spec boot(module()) -> term().
boot(Module) ->
    User = atomvm_io:start(user, stdout),
    _ = atomvm_io:start(standard_error, stderr),
    true = group_leader(User, self()),
    elixir_settings(atomvm:has_module(elixir_config)),
    kernel_sup(atomvm:has_module(atomvm_kernel_sup)),
    on_load(atomvm:has_module(atomvm_on_load)),
    Module:start().

%% A library that is packed whole has the module although nothing asks for it, and then not what it calls.
kernel_sup(false) -> ok;
kernel_sup(true) ->
    try atomvm_kernel_sup:start_link() of
        {ok, _} -> ok
    catch
        error:undef -> ok
    end.

on_load(false) -> ok;
on_load(true) -> atomvm_on_load:run().

%% The part of Elixir's own start that its libraries read at run time: what the parser and the evaluation of code go by
%% (EEx, Code), the arguments, and the ports that URI knows. The table ends with the first process, as the machine does.
elixir_settings(false) -> ok;
elixir_settings(true) ->
    elixir_config = ets:new(elixir_config, [named_table, public, {read_concurrency, true}]),
    Arguments = [unicode:characters_to_binary(Argument) || Argument <- atomvm:arguments()],
    Settings = [{argv, Arguments}, {at_exit, []}, {no_halt, false}, {debug_info, true}, {docs, true},
                {parser_options, parser_options(atomvm:has_module(elixir_tokenizer))}, {ignore_already_consolidated, false},
                {ignore_module_conflict, false}, {infer_signatures, []}, {no_warn_undefined, []},
                {on_undefined_variable, raise}, {relative_paths, true}, {tracers, []}, {warnings_as_errors, false}],
    Ports = [{<<"ftp">>, 21}, {<<"http">>, 80}, {<<"https">>, 443}, {<<"ldap">>, 389}, {<<"sftp">>, 22}, {<<"tftp">>, 69},
             {<<"ws">>, 80}, {<<"wss">>, 443}],
    true = ets:insert(elixir_config, Settings ++ [{{uri, Scheme}, Port} || {Scheme, Port} <- Ports]),
    ok.

%% Elixir's code has columns from 1.16 on. Only who parses needs to know.
parser_options(false) -> [];
parser_options(true) ->
    {ok, Bytes} = atomvm:read_file(<<"atomvm/applications.bin">>),
    [Properties] = [Properties || {_, {application, elixir, Properties}} <- binary_to_term(Bytes)],
    {vsn, "1." ++ Version} = lists:keyfind(vsn, 1, Properties),
    case list_to_integer(lists:takewhile(fun(Char) -> Char =/= $. end, Version)) >= 16 of
        true -> [{columns, true}];
        false -> []
    end.
