%% send_after, start_timer, cancel_timer, read_timer: options, absolute times, names, wrong arguments.
-module(proc_timer_options).
-export([start/0]).

start() ->
    R = erlang:start_timer(10, self(), payload),
    receive {timeout, R, payload} -> erlang:display(timer) end,
    erlang:display([erlang:read_timer(R), erlang:cancel_timer(R)]),
    R2 = erlang:send_after(100000, self(), never),
    Left = erlang:read_timer(R2),
    erlang:display(is_integer(Left) andalso Left =< 100000 andalso Left > 90000),
    erlang:display(is_integer(erlang:cancel_timer(R2))),
    erlang:display(erlang:cancel_timer(R2)),
    R3 = erlang:send_after(100000, self(), never),
    erlang:display(erlang:cancel_timer(R3, [{info, false}])),
    R4 = erlang:send_after(100000, self(), never),
    erlang:display(erlang:cancel_timer(R4, [{async, true}])),
    receive {cancel_timer, R4, T} -> erlang:display(is_integer(T)) end,
    erlang:display(erlang:cancel_timer(R4, [{async, true}])),
    receive {cancel_timer, R4, F} -> erlang:display(F) end,
    R5 = erlang:send_after(100000, self(), never),
    erlang:display(erlang:read_timer(R5, [{async, true}])),
    receive {read_timer, R5, T5} -> erlang:display(is_integer(T5)) end,
    _ = erlang:cancel_timer(R5, [{async, true}, {info, false}]),
    Now = erlang:monotonic_time(millisecond),
    erlang:send_after(Now + 15, self(), absolute, [{abs, true}]),
    receive absolute -> erlang:display(erlang:monotonic_time(millisecond) >= Now + 15) end,
    erlang:send_after(Now - 1000, self(), past, [{abs, true}]),
    receive past -> erlang:display(past) after 1000 -> erlang:display(late) end,
    register(timer_target, self()),
    erlang:send_after(0, timer_target, named),
    receive named -> erlang:display(named) end,
    erlang:send_after(0, nobody_here, lost),
    _ = erlang:start_timer(0, timer_target, x),
    receive {timeout, _, x} -> erlang:display(started_named) end,
    order(),
    dies_with_target(),
    wrong().

order() ->
    [erlang:send_after(N, self(), {at, N}) || N <- [30, 10, 20, 10, 0]],
    erlang:display([receive {at, N} -> N end || _ <- lists:seq(1, 5)]).

dies_with_target() ->
    {P, M} = spawn_monitor(fun() -> ok end),
    R = erlang:send_after(100000, P, never),
    receive {'DOWN', M, _, _, _} -> ok end,
    erlang:display(is_integer(erlang:read_timer(R)) orelse gone),
    erlang:display(erlang:read_timer(make_ref())).

wrong() ->
    Calls = [fun() -> erlang:send_after(-1, self(), x) end,
             fun() -> erlang:send_after(1 bsl 70, self(), x) end,
             fun() -> erlang:send_after(soon, self(), x) end,
             fun() -> erlang:send_after(1, 12, x) end,
             fun() -> erlang:send_after(1, self(), x, [{abs, 1}]) end,
             fun() -> erlang:start_timer(1.5, self(), x) end,
             fun() -> erlang:cancel_timer(x) end,
             fun() -> erlang:cancel_timer(make_ref(), [quick]) end,
             fun() -> erlang:read_timer(12) end],
    erlang:display([catch_it(F) || F <- Calls]).

catch_it(F) ->
    try F() catch C:R -> {C, R} end.
