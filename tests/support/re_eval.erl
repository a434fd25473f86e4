%% Evaluates calls of `re` and returns what they give or raise, on `erl` and on the VM alike.
%%
%% re_eval_cases:cases() is a list of {Function, Arguments} in the external term format; results are {ok, Value} or
%% {raised, Reason}. Compiled patterns differ from one implementation to the other: only their first elements count.
-module(re_eval).
-export([start/0, main/1]).

%% On the VM: results on stdout.
start() ->
    'Elixir.AtomVM.Wasi':write_stdout(results()).

%% On erl: `-run re_eval main RESULTS`.
main([To]) ->
    ok = file:write_file(To, results()),
    halt(0).

results() ->
    term_to_binary([evaluate(Case) || Case <- binary_to_term(re_eval_cases:cases())]).

evaluate({Function, Arguments}) ->
    try
        {ok, comparable(call(Function, Arguments))}
    catch
        error:Reason -> {raised, Reason}
    end.

%% compiled: re:run with the pattern compiled before.
call(compiled, [Subject, Pattern, CompileOptions, Options]) ->
    case re:compile(Pattern, CompileOptions) of
        {ok, Compiled} -> re:run(Subject, Compiled, Options);
        Error -> Error
    end;
call(namelist, [Pattern, Options]) ->
    case re:compile(Pattern, Options) of
        {ok, Compiled} -> re:inspect(Compiled, namelist);
        Error -> Error
    end;
call(compile, [Pattern, Options]) ->
    re:compile(Pattern, Options);
call(run, [Subject, Pattern, Options]) ->
    re:run(Subject, Pattern, Options);
call(split, [Subject, Pattern, Options]) ->
    re:split(Subject, Pattern, Options);
call(replace, [Subject, Pattern, Replacement, Options]) ->
    re:replace(Subject, Pattern, Replacement, Options).

comparable({ok, {re_pattern, Groups, Unicode, CrLf, _}}) -> {re_pattern, Groups, Unicode, CrLf};
comparable(Other) -> Other.
