%% after with zero, with a time, with infinity, and a message that comes first.
-module(proc_receive_after).
-export([start/0, id/1]).

start() ->
    erlang:display(receive x -> x after 0 -> none end),
    erlang:display(receive x -> x after 20 -> timed_out end),
    self() ! y,
    erlang:display(receive x -> x after 10 -> x_missing end),
    erlang:display(receive y -> y after 1000 -> late end),
    Self = self(),
    spawn(fun() -> receive after 10 -> Self ! from_timer end end),
    erlang:display(receive from_timer -> ok after infinity -> never end),
    erlang:display(try receive after id(bad) -> x end catch error:R -> R end).

id(X) -> X.
