%% erlang:decode_packet/3: packet_size and line_length together, and bits behind the last whole byte (badarg since OTP 27).
-module(bif_decode_packet_limits).
-export([start/0]).

start() ->
    [erlang:display({Type, Bytes, Length, [{Size, decode(Type, Bytes, Length, Size)} || Size <- [0, 10, 26, 27, 28, 29, 30, 38, 39, 100]]})
     || {Type, Bytes} <- lines(), Length <- [0, 5, 10, 26, 27, 28, 29, 30, 37, 38, 40]],
    [erlang:display({Type, Count, decode(Type, <<Head/binary, 1, 2, 3, 4, 5, 9, 1:Count>>, 0, 0)})
     || {Type, Head} <- framed(), Count <- [0, 1, 7]],
    [erlang:display({short, Count, decode(1, <<5, 1, 2, 3, 1:Count>>, 0, 0)}) || Count <- [0, 1, 7]].

decode(Type, Bytes, Length, Size) ->
    try erlang:decode_packet(Type, Bytes, [{line_length, Length} || Length > 0] ++ [{packet_size, Size} || Size > 0])
    catch error:Reason -> Reason
    end.

lines() ->
    Header = <<"Link: /XXXXXXXXXXXXXXXXXXXX">>,
    Request = <<"GET /XXXXXXXXXXXXXXXXXXXX">>,
    [{httph, Header}, {httph, <<Header/binary, "\r\n">>}, {httph, <<Header/binary, "\r\n\r\n">>},
     {http, Request}, {http, <<Request/binary, " HTTP/1.1\r\n">>},
     {line, Request}, {line, <<Request/binary, " HTTP/1.1\r\nrest">>}].

framed() -> [{1, <<5>>}, {2, <<5:16>>}, {4, <<5:32>>}, {raw, <<>>}, {line, <<>>}, {line, <<10>>}, {asn1, <<4, 5>>}, {tpkt, <<3, 0, 0, 9>>}].
