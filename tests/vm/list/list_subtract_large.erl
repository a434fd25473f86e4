%% Subtracting a large list from a large list.
-module(list_subtract_large).
-export([start/0]).

start() ->
    A = lists:seq(1, 5000),
    B = [X || X <- A, X rem 2 =:= 0],
    C = A -- B,
    erlang:display(length(C)),
    erlang:display(lists:sum(C)),
    erlang:display((B -- A) =:= []).
