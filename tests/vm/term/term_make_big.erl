%% A list of 2,000 mixed terms built, mapped and folded.
-module(term_make_big).
-export([start/0]).

start() ->
    L = [make(N) || N <- lists:seq(1, 2000)],
    erlang:display(lists:foldl(fun weigh/2, 0, L)),
    erlang:display(lists:nth(1777, L)),
    erlang:display(length([X || {_, X} <- L])).

make(N) when N rem 4 =:= 0 -> {N, integer_to_list(N)};
make(N) when N rem 4 =:= 1 -> [N, N + 1];
make(N) when N rem 4 =:= 2 -> <<N:32>>;
make(N) -> N.

weigh({N, S}, Acc) -> Acc + N + length(S);
weigh([A, B], Acc) -> Acc + A * B;
weigh(<<N:32>>, Acc) -> Acc - N;
weigh(N, Acc) -> Acc bxor N.
