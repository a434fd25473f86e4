%% A segment that does not fit does not match; constructing from wrong terms is badarg.
-module(bin_match_errors).
-export([start/0, id/1]).

start() ->
    B = id(<<1, 2, 3>>),
    erlang:display(try <<_:32>> = B catch error:{badmatch, V} -> {badmatch, V} end),
    erlang:display(case B of <<_:16>> -> short; <<_:24, R/binary>> -> {fits, R}; _ -> other end),
    erlang:display(case id(not_binary) of <<_/binary>> -> yes; _ -> no end),
    erlang:display(case B of <<2, _/binary>> -> yes; <<1, 2, X>> -> X end),
    [erlang:display(try F() catch error:E -> E end) || F <- [
        fun() -> <<(id(a))>> end,
        fun() -> <<(id(1.5)):8>> end,
        fun() -> <<(id(x))/binary>> end,
        fun() -> <<1:(id(-1))>> end,
        fun() -> <<(id(<<1>>)):2/binary>> end,
        fun() -> <<(id(a))/float>> end]].

id(X) -> X.
