%% Scanning a binary byte by byte with several clauses.
-module(bin_scan).
-export([start/0]).

start() ->
    B = binary:copy(<<"Lorem ipsum, dolor; 42 sit 7.\n">>, 20),
    erlang:display(scan(B, 0, 0, 0, 0)).

scan(<<C, R/binary>>, L, D, S, O) when C >= $a, C =< $z; C >= $A, C =< $Z -> scan(R, L + 1, D, S, O);
scan(<<C, R/binary>>, L, D, S, O) when C >= $0, C =< $9 -> scan(R, L, D + 1, S, O);
scan(<<C, R/binary>>, L, D, S, O) when C =:= $\s; C =:= $\n -> scan(R, L, D, S + 1, O);
scan(<<_, R/binary>>, L, D, S, O) -> scan(R, L, D, S, O + 1);
scan(<<>>, L, D, S, O) -> {L, D, S, O}.
