%% A hundred thousand frames deep and back.
-module(ctl_deep_recursion).
-export([start/0]).

%% Not on the hostile build: 100,000 live frames are collected at every allocation.
start() ->
    erlang:display(sum(100000)),
    erlang:display(length(build(100000))),
    erlang:display(lists:sum(build(1000))).

sum(0) -> 0;
sum(N) -> N + sum(N - 1).

build(0) -> [];
build(N) -> [N | build(N - 1)].
