%% Counting words of a text in a map.
-module(map_words).
-export([start/0]).

start() ->
    Words = binary:split(<<"the cat and the dog and the bird saw a cat">>, <<" ">>, [global]),
    Counts = lists:foldl(fun(W, M) -> maps:update_with(W, fun(N) -> N + 1 end, 1, M) end, #{}, Words),
    [erlang:display(E) || E <- lists:sort(maps:to_list(Counts))].
