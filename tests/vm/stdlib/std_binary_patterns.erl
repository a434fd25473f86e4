%% Compiled patterns of the wrong kind, as OTP's search of one and of several have them.
-module(std_binary_patterns).
-export([start/0]).

start() ->
    {bm, One} = binary:compile_pattern([<<1, 2, 3>>]),
    {ac, Several} = binary:compile_pattern([<<1, 2, 3>>, <<4, 5>>]),
    [erlang:display({Kind, [found(Find, {Kind, Pattern}) || Find <- finders(), Pattern <- [One, Several, foo, <<>>, make_ref()]]})
     || Kind <- [bm, ac, foo]].

finders() -> [fun binary:match/2, fun binary:matches/2, fun binary:split/2].

found(Find, Pattern) ->
    try Find(<<1, 2, 3>>, Pattern) catch error:Reason -> Reason end.
