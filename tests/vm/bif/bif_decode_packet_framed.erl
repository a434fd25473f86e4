%% erlang:decode_packet/3 of binary protocols: whole packets and all beginnings, bytes changed, limits.
-module(bif_decode_packet_framed).
-export([start/0]).

start() ->
    [erlang:display({Type, Bytes, decode(Type, Bytes, [])}) || {Type, Packets} <- packets(), Bytes <- Packets],
    [erlang:display({Type, beginnings(Type, Bytes)}) || {Type, [Bytes | _]} <- packets()],
    [erlang:display({Type, changed(Type, Bytes)}) || {Type, [Bytes | _]} <- packets()],
    [erlang:display({Type, Size, decode(Type, Bytes, [{packet_size, Size}])})
     || {Type, [Bytes | _]} <- packets(), Size <- [1, 2, 3, 4, 5, 6, 7, 20]],
    [erlang:display({Type, Bytes, decode(Type, Bytes, [])})
     || Last <- [0, 16#f0, 16#f3, 16#f4, 16#f5, 16#f9, 16#fa, 16#fb, 16#fc, 16#ff],
        {Type, Bytes} <- [{asn1, <<2, 16#84, 16#7f, 16#ff, 16#ff, Last>>}, {sunrm, <<16#ff, 16#ff, 16#ff, Last>>},
                          {cdr, <<"GIOP", 0:32, 16#7f, 16#ff, 16#ff, Last>>}, {cdr, <<"GIOP", 0:32, 16#80, 0, 0, Last>>}]].

decode(Type, Bytes, Options) ->
    try
        erlang:decode_packet(Type, Bytes, Options)
    catch
        Class:Reason -> {Class, Reason}
    end.

%% Of each kind the first has four bytes of content and two bytes behind it.
packets() ->
    [{asn1, [<<2, 4, "abcdxy">>, <<2, 16#80, 0, 0>>, <<2, 16#81, 1, 5, 6>>, <<2, 16#82, 0, 1, 5>>, <<2, 16#84, 0, 0, 0, 1, 9>>,
             <<2, 16#85, 0, 0, 0, 0, 1, 9>>, <<16#1f, 1, 1, 7>>, <<16#1f, 16#81, 1, 1, 7>>, <<16#1f, 16#81>>, <<16#3f, 1, 16#81>>,
             <<16#1f, 16#81, 16#82, 16#83, 16#84, 16#85, 1, 1, 7>>, <<16#1f>>, <<2, 16#84, 16#ff, 16#ff, 16#ff, 16#ff>>,
             <<0, 0>>, <<2, 0, 1>>, <<2, 16#83, 0, 0>>, <<2, 16#ff, 1>>]},
     {cdr, [<<"GIOP", 1, 0, 0, 0, 4:32, "abcdxy">>, <<"GIOP", 1, 0, 1, 0, 2:32/little, 1, 2, 3>>, <<"GIOX", 1, 0, 1, 0, 2:32, 1, 2, 3>>,
            <<"GIOP", 9, 9, 3, 0, 2:32/little, 1, 2, 3>>, <<"GIOP", 1, 0, 2, 0, 2:32, 1, 2, 3>>, <<"GIOP", 1, 0, 0, 0, -1:32, 1>>]},
     {fcgi, [<<1, 2, 3, 4, 3:16, 1, 0, "abcdxy">>, <<2, 2, 3, 4, 2:16, 1, 0, 9, 9, 9>>, <<1, 2, 3, 4, -1:24, 0, 9>>, <<0:64>>]},
     {ssl_tls, [<<22, 3, 1, 4:16, "abcdxy">>, <<99, 9, 9, 1:16, 7>>, <<16#80, 3, 1, 3, 1, 9>>, <<16#80, 4, 1, 3, 1, 9>>,
                <<16#80, 2, 1, 3, 1, 9>>, <<16#80, 3, 2, 3, 1, 9>>, <<16#81, 0, 1, 3, 1, 9>>, <<16#80, 5, 1, 3, 1>>, <<16#80, 5>>,
                <<0, 3, 1, 1:16, 7>>, <<-1:16, 1, 3, 1, 1>>, <<22, 3, 1, -1:16>>, <<16#81, 2, 1, 3, 3, 0:2048, 1>>]},
     {sunrm, [<<16#80, 0, 0, 4, "abcdxy">>, <<2:32, 1>>, <<0:32>>, <<-1:32, 1>>]},
     {tpkt, [<<3, 0, 8:16, "abcdxy">>, <<3, 0, 4:16>>, <<3, 0, 3:16, 1>>, <<3, 0, 0:16, 1>>, <<2, 0, 6:16, 1, 2, 3>>, <<3, 1, 6:16, 1, 2, 3>>,
             <<3, 0, -1:16>>, <<2>>]}].

beginnings(Type, Bytes) -> [{Size, decode(Type, binary:part(Bytes, 0, Size), [])} || Size <- lists:seq(0, byte_size(Bytes))].

changed(Type, Bytes) ->
    [{At, Byte, decode(Type, <<(binary:part(Bytes, 0, At))/binary, Byte, (binary:part(Bytes, At + 1, byte_size(Bytes) - At - 1))/binary>>, [])}
     || At <- lists:seq(0, byte_size(Bytes) - 1), Byte <- [0, 1, 2, 3, 16#1f, 16#7f, 16#80, 16#81, 16#84, 16#ff]].
