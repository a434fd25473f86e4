%% Long subjects: simple loops run through them without running out of anything.
%% Not on the hostile build: splitting into 50,000 parts collects beside them at every allocation.
-module(re_linear).
-export([start/0]).

start() ->
    Long = binary:copy(<<"abc ">>, 50000),
    {match, [{0, Size}]} = re:run(Long, "^[a-c ]*$"),
    io:format("~p~n", [Size]),
    {match, All} = re:run(Long, "\\w+", [global]),
    io:format("~p~n", [length(All)]),
    io:format("~p~n", [re:run(Long, "x")]),
    io:format("~p~n", [re:run(<<Long/binary, "end">>, "end$")]),
    io:format("~p~n", [length(re:split(Long, " ", [trim]))]).
