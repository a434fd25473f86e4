%% Byte matching: counts words and sums digits in eleven megabytes of text.
-module(bench_binary_scan).
-export([start/0]).

%% Not on the hostile build: a benchmark.
start() ->
    Text = binary:copy(<<"The quick brown fox, number 42, jumps over 7 lazy dogs.\n">>, 200000),
    erlang:display(scan(Text, 0, 0, out)).

scan(<<C, Rest/binary>>, Words, Sum, _) when C >= $a, C =< $z; C >= $A, C =< $Z ->
    inside(Rest, Words + 1, Sum);
scan(<<C, Rest/binary>>, Words, Sum, State) when C >= $0, C =< $9 ->
    scan(Rest, Words, Sum + C - $0, State);
scan(<<_, Rest/binary>>, Words, Sum, State) ->
    scan(Rest, Words, Sum, State);
scan(<<>>, Words, Sum, _) ->
    {Words, Sum}.

inside(<<C, Rest/binary>>, Words, Sum) when C >= $a, C =< $z; C >= $A, C =< $Z ->
    inside(Rest, Words, Sum);
inside(Rest, Words, Sum) ->
    scan(Rest, Words, Sum, out).
