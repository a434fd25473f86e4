%% Text that is not an integer is badarg.
-module(arith_parse_errors).
-export([start/0, id/1]).

start() ->
    [erlang:display(parse(T)) || T <- ["", "-", "+", "1x", " 1", "1 ", "0x10", "--1", "12.0", "９"]],
    erlang:display(try list_to_integer(id("9"), 8) catch error:R1 -> R1 end),
    erlang:display(try list_to_integer(id("1"), id(1)) catch error:R2 -> R2 end),
    erlang:display(try binary_to_integer(id(<<>>)) catch error:R3 -> R3 end).

parse(T) ->
    try list_to_integer(T) catch error:R -> R end.

id(X) -> X.
