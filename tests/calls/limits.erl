%% What runs out of something ends for a reason that can be told, and the machine goes on. One function for each limit;
%% start/0 runs the one that the environment variable LIMIT names, and says how it ended.
-module(limits).
-export([start/0, recursion/0, hoarding/0, mailbox/0, binaries/0, processes/0, atoms/0, tables/0, loop/0, big/0]).

start() ->
    logger:set_primary_config(level, none),
    Limit = list_to_atom(os:getenv("LIMIT")),
    io:format("~p ~0p~n", [Limit, ended(Limit)]),
    io:format("intact ~p~n", [lists:sum([receive {N, M} -> M end || N <- lists:seq(1, 100), self() =/= workers(N)])]).

%% A process that answers: processes, messages and heaps still work.
workers(N) ->
    Self = self(),
    spawn(fun() -> Self ! {N, length(lists:seq(1, N * 10))} end).

ended(Limit) ->
    {Pid, Monitor} = spawn_monitor(?MODULE, Limit, []),
    Limit =:= loop andalso exit(Pid, kill),
    receive
        {'DOWN', Monitor, process, Pid, {Reason, _}} -> Reason;
        {'DOWN', Monitor, process, Pid, Reason} -> Reason
    end.

%% Needs stack without end.
recursion() -> recursion(0).
recursion(N) when N < 0 -> 0;
recursion(N) -> 1 + recursion(N + 1).

%% Needs heap without end.
hoarding() -> hoarding([]).
hoarding(Held) -> hoarding([make_ref() | Held]).

%% Nobody takes the messages that come.
mailbox() -> mailbox(lists:seq(1, 1000)).
mailbox(Message) -> self() ! Message, mailbox(Message).

binaries() -> binaries([]).
binaries(Held) -> binaries([binary:copy(<<0>>, 1000000) | Held]).

processes() -> processes([]).
processes(Held) -> processes([spawn_link(fun() -> receive stop -> ok end end) | Held]).

atoms() -> atoms(0).
atoms(N) -> _ = list_to_atom("limit_" ++ integer_to_list(N)), atoms(N + 1).

tables() -> tables(ets:new(limits, []), 0).
tables(Table, N) -> ets:insert(Table, {N, lists:seq(1, 100)}), tables(Table, N + 1).

loop() -> loop().

big() -> big(3).
big(N) -> big(N * N).
