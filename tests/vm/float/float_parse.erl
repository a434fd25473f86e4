%% Text to float, and what is refused.
-module(float_parse).
-export([start/0]).

start() ->
    [erlang:display(parse(T)) || T <- ["1.0", "-1.5", "+2.5", "1.0e10", "1.0E-3", "1.5e+2", "0.1", "123456789.123456789"]],
    [erlang:display(parse(T)) || T <- ["1", "1.", ".5", "1e5", "1.0e", "abc", "", "1.0 ", "1.0e400"]].

parse(T) ->
    try float_to_list(list_to_float(T), [short]) catch error:R -> R end.
