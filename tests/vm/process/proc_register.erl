%% Registered names: whereis, registered, unregister, sending, errors.
-module(proc_register).
-export([start/0, id/1]).

start() ->
    erlang:display(whereis(oracle_name)),
    erlang:display(register(oracle_name, self())),
    erlang:display(whereis(oracle_name) =:= self()),
    oracle_name ! by_name,
    erlang:display(receive by_name -> by_name end),
    erlang:display(lists:member(oracle_name, registered())),
    erlang:display(try register(oracle_name, self()) catch error:R -> R end),
    erlang:display(try register(other_name, self()) catch error:R2 -> R2 end),
    erlang:display(unregister(oracle_name)),
    erlang:display(try unregister(oracle_name) catch error:R3 -> R3 end),
    erlang:display(try id(oracle_name) ! x catch error:R4 -> R4 end),
    erlang:display(try register(undefined, self()) catch error:R5 -> R5 end),
    {P, M} = spawn_monitor(fun() -> register(short_lived, self()) end),
    receive {'DOWN', M, _, P, _} -> ok end,
    erlang:display(whereis(short_lived)).

id(X) -> X.
