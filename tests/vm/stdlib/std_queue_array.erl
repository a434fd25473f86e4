%% queue and array.
-module(std_queue_array).
-export([start/0]).

start() ->
    Q = lists:foldl(fun queue:in/2, queue:new(), [1, 2, 3]),
    {{value, H}, Q2} = queue:out(Q),
    p({H, queue:to_list(Q2), queue:len(Q2), queue:peek_r(Q2)}),
    p(queue:to_list(queue:join(Q, queue:in_r(0, Q2)))),
    p(queue:out(queue:new())),
    A = array:set(20, x, array:from_list([a, b, c])),
    p({array:size(A), array:get(1, A), array:get(10, A), array:get(20, A)}),
    p(array:sparse_to_list(A)),
    p(array:foldl(fun(_, V, S) -> S + V end, 0, array:from_list(lists:seq(1, 100)))).

p(X) -> io:format("~p~n", [X]).
