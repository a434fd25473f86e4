%% The timer module: sleep, tc, units, apply_after.
-module(otp_timer).
-export([start/0]).

start() ->
    p(timer:seconds(2)),
    p(timer:minutes(2)),
    p(timer:hms(1, 2, 3)),
    p(timer:sleep(5)),
    {T, V} = timer:tc(fun() -> value end),
    p({is_integer(T), V}),
    {ok, _} = timer:send_after(5, self(), later),
    p(receive later -> later after 2000 -> missing end).

p(X) -> io:format("~p~n", [X]).
