%% Messages of every kind arrive as they were sent.
-module(proc_message_copies).
-export([start/0]).

start() ->
    Self = self(),
    Pid = spawn(fun() -> back(Self) end),
    Terms = [1, 1 bsl 100, -1.5, a, "text", {t, [1, {2}]}, #{k => [v]}, <<"bin">>, <<5:3>>, binary:copy(<<"x">>, 200),
             [a | b], [], {}, maps:from_list([{I, I} || I <- lists:seq(1, 50)])],
    erlang:display([begin Pid ! T, receive {back, B} -> B =:= T end end || T <- Terms]),
    F = fun(X) -> {X, Terms} end,
    Pid ! F,
    G = receive {back, B2} -> B2 end,
    erlang:display(G(1) =:= {1, Terms}),
    R = make_ref(),
    Pid ! {R, Self},
    erlang:display(receive {back, {R, Self}} -> same end).

back(To) ->
    receive M -> To ! {back, M}, back(To) end.
