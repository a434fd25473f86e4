%% Addition and subtraction, small and across the small integer limits.
-module(arith_add_sub).
-export([start/0, id/1]).

start() ->
    erlang:display(id(1) + id(2)),
    erlang:display(id(1) - id(2)),
    erlang:display(id(16#7FFFFFF) + id(1)),
    erlang:display(id(-16#8000000) - id(1)),
    erlang:display(id(134217727) + 1),
    erlang:display(id(2147483647) + id(1)),
    erlang:display(id(-2147483648) - id(1)),
    erlang:display(id(576460752303423487) + id(1)),
    erlang:display(id(-576460752303423488) - id(1)),
    erlang:display(id(9223372036854775807) + id(1)),
    erlang:display(id(-9223372036854775808) - id(1)),
    erlang:display(id(9223372036854775808) - id(9223372036854775807)),
    erlang:display(-id(-9223372036854775808)),
    erlang:display(+id(5)).

id(X) -> X.
