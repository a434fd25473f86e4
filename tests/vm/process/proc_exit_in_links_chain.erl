%% A crash travels along a chain of links.
-module(proc_exit_in_links_chain).
-export([start/0]).

start() ->
    process_flag(trap_exit, true),
    P = spawn_link(fun() -> chain(10) end),
    erlang:display(receive {'EXIT', P, Why} -> Why end).

chain(0) -> exit(end_of_chain);
chain(N) ->
    spawn_link(fun() -> chain(N - 1) end),
    receive never -> ok end.
