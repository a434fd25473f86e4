%% Five thousand waiting messages, picked from the back.
-module(proc_big_mailbox).
-export([start/0]).

start() ->
    [self() ! {n, N} || N <- lists:seq(1, 5000)],
    self() ! last,
    erlang:display(receive last -> last end),
    erlang:display(receive {n, 2500} -> middle end),
    erlang:display(sum(0)).

sum(Acc) ->
    receive {n, N} -> sum(Acc + N) after 0 -> Acc end.
