%% Processes that sleep wake in the order of their times.
-module(proc_sleep_order).
-export([start/0]).

start() ->
    Self = self(),
    [spawn(fun() -> receive after N * 30 -> Self ! {awake, N} end end) || N <- [4, 2, 1, 3]],
    erlang:display([receive {awake, N} -> N end || _ <- [1, 2, 3, 4]]).
