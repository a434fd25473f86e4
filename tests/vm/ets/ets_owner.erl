%% Tables go with their owner, to the heir, or to whom they are given.
-module(ets_owner).
-export([start/0]).

start() ->
    Me = self(),
    run(fun() -> ets:new(gone, [named_table, public]) end),
    erlang:display(ets:whereis(gone)),
    run(fun() ->
        ets:insert(ets:new(left, [named_table, {heir, Me, {some, "data"}}]), {k, <<"v">>}),
        ets:new(none, [named_table, {heir, Me, x}]),
        ets:setopts(none, {heir, none})
    end),
    receive {'ETS-TRANSFER', left, From, Data} -> erlang:display({is_pid(From), Data}) after 1000 -> erlang:display(no_heir) end,
    erlang:display({ets:info(left, owner) =:= Me, ets:info(left, heir) =:= Me, ets:lookup(left, k)}),
    erlang:display(ets:whereis(none)),
    Taker = spawn(fun() ->
        receive {'ETS-TRANSFER', T, Me, gift} -> Me ! {taken, ets:info(T, owner) =:= self(), ets:lookup(T, k)} end,
        receive stop -> ok end
    end),
    erlang:display(ets:give_away(left, Taker, gift)),
    receive {taken, Owner, Found} -> erlang:display({Owner, Found}) after 1000 -> erlang:display(not_taken) end,
    Unnamed = ets:new(unnamed, [private]),
    erlang:display(try ets:give_away(left, Me, back) catch error:Not -> Not end),
    exit(Taker, kill),
    receive {'ETS-TRANSFER', left, Taker, Again} -> erlang:display({heir_again, Again}) after 1000 -> erlang:display(lost) end,
    erlang:display({ets:delete(left), ets:whereis(left), is_reference(Unnamed), ets:info(Unnamed, name)}),
    Dead = run(fun() -> ok end),
    erlang:display(try ets:give_away(Unnamed, Dead, x) catch error:R -> R end),
    erlang:display({ets:rename(Unnamed, new_name) =:= Unnamed, ets:info(Unnamed, name), ets:whereis(new_name)}),
    ets:new(first_name, [named_table]),
    erlang:display({ets:rename(first_name, second_name), ets:whereis(first_name), is_reference(ets:whereis(second_name))}),
    erlang:display(lists:member(second_name, ets:all()) andalso lists:member(Unnamed, ets:all())).

run(F) ->
    {Pid, Ref} = spawn_monitor(F),
    receive {'DOWN', Ref, process, Pid, _} -> Pid end.
