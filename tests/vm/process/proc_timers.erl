%% send_after, start_timer, cancel_timer and read_timer.
-module(proc_timers).
-export([start/0]).

start() ->
    erlang:send_after(10, self(), tick),
    erlang:display(receive tick -> tick after 2000 -> late end),
    T = erlang:start_timer(10, self(), payload),
    erlang:display(receive {timeout, T, P} -> P after 2000 -> late end),
    T2 = erlang:send_after(100000, self(), never),
    erlang:display(erlang:read_timer(T2) > 0),
    erlang:display(erlang:cancel_timer(T2) > 0),
    erlang:display(erlang:cancel_timer(T2)),
    erlang:display(erlang:read_timer(T2)),
    [erlang:send_after(N * 20, self(), N) || N <- [3, 1, 2]],
    erlang:display([receive N when is_integer(N) -> N end || _ <- [a, b, c]]).
