%% The process dictionary: put, get, erase, one per process.
-module(proc_dictionary).
-export([start/0]).

start() ->
    erlang:display(get(key)),
    erlang:display(put(key, 1)),
    erlang:display(put(key, 2)),
    erlang:display(get(key)),
    put({complex, [key]}, value),
    erlang:display(lists:sort([K || {K, V} <- get(), V =:= 2 orelse V =:= value])),
    erlang:display(get_keys(2)),
    Self = self(),
    spawn(fun() -> Self ! {other, get(key)} end),
    erlang:display(receive {other, V} -> V end),
    erlang:display(erase(key)),
    erlang:display(erase(key)),
    [put(I, I * I) || I <- lists:seq(1, 100)],
    erlang:display(lists:sum([get(I) || I <- lists:seq(1, 100)])),
    erlang:display(is_list(erase())),
    erlang:display(get()).
