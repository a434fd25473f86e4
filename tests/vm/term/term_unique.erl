%% References and unique integers differ; monotonic ones grow.
-module(term_unique).
-export([start/0]).

start() ->
    Refs = [make_ref() || _ <- lists:seq(1, 100)],
    erlang:display(length(lists:usort(Refs))),
    erlang:display(hd(Refs) =:= hd(Refs)),
    Ints = [erlang:unique_integer() || _ <- lists:seq(1, 100)],
    erlang:display(length(lists:usort(Ints))),
    Mono = [erlang:unique_integer([monotonic, positive]) || _ <- lists:seq(1, 100)],
    erlang:display(Mono =:= lists:sort(Mono)),
    erlang:display(hd(Mono) > 0),
    erlang:display(lists:all(fun is_integer/1, Ints)).
