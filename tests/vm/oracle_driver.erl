%% Runs oracle programs one after another on `erl` and keeps what each one printed.
%%
%% Two channels: text sent to the group leader is caught here and written to `INDEX.out`;
%% `erlang:display/1` writes to the emulator's own stdout, where a marker term precedes each
%% program. An uncaught exception is written to `INDEX.crash`.
-module(oracle_driver).
-export([main/0]).

-define(PROGRAM_TIMEOUT_MS, 30000).

%% Environment: ORACLE_PROGRAMS is a file with one module name per line, ORACLE_RESULTS a directory.
main() ->
    logger:set_primary_config(level, none),
    {ok, Text} = file:read_file(os:getenv("ORACLE_PROGRAMS")),
    Names = binary:split(Text, <<"\n">>, [global, trim_all]),
    Results = os:getenv("ORACLE_RESULTS"),
    run_all(Names, 0, Results),
    erlang:display({oracle_mark, length(Names)}),
    halt(0).

run_all([], _Index, _Results) ->
    ok;
run_all([Name | Names], Index, Results) ->
    erlang:display({oracle_mark, Index}),
    {Output, Crash} = run(binary_to_atom(Name, utf8)),
    Base = filename:join(Results, integer_to_list(Index)),
    ok = file:write_file(Base ++ ".out", Output),
    Crash =:= none orelse file:write_file(Base ++ ".crash", Crash),
    run_all(Names, Index + 1, Results).

run(Module) ->
    Leader = spawn(fun() -> leader_loop([]) end),
    {Pid, Monitor} = spawn_monitor(fun() -> run_program(Module, Leader) end),
    Crash =
        receive
            {'DOWN', Monitor, process, Pid, {oracle_done, Result}} -> Result;
            {'DOWN', Monitor, process, Pid, Reason} -> describe(exit, Reason, [])
        after ?PROGRAM_TIMEOUT_MS -> <<"timeout">>
        end,
    kill_group(Leader),
    {collect(Leader), Crash}.

run_program(Module, Leader) ->
    group_leader(Leader, self()),
    Result =
        try Module:start() of
            _ -> none
        catch
            Class:Reason:Stack -> describe(Class, Reason, Stack)
        end,
    exit({oracle_done, Result}).

describe(Class, Reason, Stack) ->
    Calls = [{M, F, arity(A)} || {M, F, A, _} <- Stack, M =/= ?MODULE],
    unicode:characters_to_binary(io_lib:format("~p~n~tp~n~p~n", [Class, Reason, Calls])).

arity(Args) when is_list(Args) -> length(Args);
arity(Arity) -> Arity.

%% Whatever the program left running shares its group leader; nothing of it may reach the next one.
kill_group(Leader) ->
    Left = [P || P <- processes(), P =/= Leader, process_info(P, group_leader) =:= {group_leader, Leader}],
    Monitors = [{monitor(process, P), exit(P, kill)} || P <- Left],
    [receive {'DOWN', M, process, _, _} -> ok end || {M, _} <- Monitors],
    ok.

collect(Leader) ->
    Leader ! {collect, self()},
    receive {collected, Leader, Output} -> Output end.

leader_loop(Output) ->
    receive
        {io_request, From, ReplyAs, Request} ->
            {Reply, Next} = io_request(Request, Output),
            From ! {io_reply, ReplyAs, Reply},
            leader_loop(Next);
        {collect, From} ->
            From ! {collected, self(), iolist_to_binary(lists:reverse(Output))}
    end.

io_request({put_chars, Encoding, Chars}, Output) ->
    put_chars(Encoding, Chars, Output);
io_request({put_chars, Encoding, M, F, A}, Output) ->
    try apply(M, F, A) of
        Chars -> put_chars(Encoding, Chars, Output)
    catch
        _:_ -> {{error, F}, Output}
    end;
io_request({requests, Requests}, Output) ->
    lists:foldl(fun(R, {_, O}) -> io_request(R, O) end, {ok, Output}, Requests);
io_request(getopts, Output) ->
    {[{encoding, unicode}, {binary, true}], Output};
io_request({setopts, _}, Output) ->
    {ok, Output};
io_request(Request, Output) when element(1, Request) =:= get_line; element(1, Request) =:= get_chars;
                                 element(1, Request) =:= get_until ->
    {eof, Output};
io_request(_, Output) ->
    {{error, enotsup}, Output}.

put_chars(Encoding, Chars, Output) ->
    case unicode:characters_to_binary(Chars, Encoding, utf8) of
        Bin when is_binary(Bin) -> {ok, [Bin | Output]};
        _ -> {{error, {put_chars, Encoding, Chars}}, Output}
    end.
