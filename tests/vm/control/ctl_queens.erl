%% Eight queens by comprehension.
-module(ctl_queens).
-export([start/0]).

start() ->
    Solutions = queens(6),
    erlang:display(length(Solutions)),
    [erlang:display(S) || S <- lists:sort(Solutions)].

queens(N) -> place(N, N).

place(0, _) -> [[]];
place(K, N) -> [[Q | Qs] || Qs <- place(K - 1, N), Q <- lists:seq(1, N), safe(Q, 1, Qs)].

safe(_, _, []) -> true;
safe(Q, D, [Q1 | Qs]) -> Q =/= Q1 andalso abs(Q - Q1) =/= D andalso safe(Q, D + 1, Qs).
