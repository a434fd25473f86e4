%% Group leaders: inherited, changed, and the I/O protocol with one that is not the machine's.
-module(proc_group_leader).
-export([start/0]).

start() ->
    Main = self(),
    Leader = spawn(fun() -> leader([], Main) end),
    Old = group_leader(),
    Child = spawn(fun() -> receive go -> talk(), Main ! done end end),
    erlang:display(process_info(Child, group_leader) =:= {group_leader, Old}),
    true = group_leader(Leader, Child),
    Child ! go,
    receive done -> ok end,
    Leader ! {stop, self()},
    receive {said, Requests} -> [erlang:display(R) || R <- Requests] end,
    erlang:display(group_leader() =:= Old),
    inherited(Old),
    Calls = [fun() -> group_leader(self(), 12) end, fun() -> group_leader(nobody, self()) end],
    erlang:display([catch_it(F) || F <- Calls]).

inherited(Old) ->
    Main = self(),
    true = group_leader(Main, Main),
    spawn(fun() -> spawn(fun() -> Main ! {inner, group_leader()} end) end),
    receive {inner, L} -> erlang:display(L =:= Main) end,
    true = group_leader(Old, Main).

talk() ->
    io:format("~p ~s~n", [1, "two"]),
    io:put_chars(<<"bytes">>),
    io:nl(),
    io:put_chars(standard_io, "list"),
    io:get_line("prompt> "),
    io:get_chars("more> ", 3),
    io:setopts([binary]),
    io:getopts(),
    io:columns(),
    io:rows(),
    catch io:put_chars([300, a]).

leader(Said, Main) ->
    receive
        {io_request, From, As, Request} ->
            From ! {io_reply, As, reply(Request)},
            leader([plain(Request) | Said], Main);
        {stop, To} ->
            To ! {said, lists:reverse(Said)}
    end.

reply({put_chars, _, _}) -> ok;
reply({put_chars, _, _, _, _}) -> ok;
reply({get_line, _, _}) -> "line\n";
reply({get_chars, _, _, N}) -> lists:duplicate(N, $x);
reply({setopts, _}) -> ok;
reply(getopts) -> [{binary, false}];
reply(_) -> {error, request}.

plain({put_chars, Encoding, M, F, A}) -> {Encoding, M, F, A, unicode:characters_to_binary(apply(M, F, A))};
plain(Request) -> Request.

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
