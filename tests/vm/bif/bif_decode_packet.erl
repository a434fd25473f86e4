%% erlang:decode_packet/3: whole packets, every beginning of them, single bytes changed.
-module(bif_decode_packet).
-export([start/0]).

start() ->
    [erlang:display({Type, Bytes, Options, decode(Type, Bytes, Options)}) || {Type, Bytes, Options} <- counted() ++ lines()],
    [erlang:display({Type, Bytes, decode(Type, Bytes, [])}) || Type <- [http, http_bin], Bytes <- first_lines()],
    [erlang:display({Type, Bytes, decode(Type, Bytes, [])}) || Type <- [httph, httph_bin], Bytes <- headers()],
    [erlang:display(beginnings(Type, Bytes)) || {Type, Bytes} <- long()],
    [erlang:display(changed(Type, Bytes)) || {Type, Bytes} <- long()],
    limits(),
    errors().

decode(Type, Bytes, Options) ->
    try
        erlang:decode_packet(Type, Bytes, Options)
    catch
        Class:Reason -> {Class, Reason}
    end.

counted() ->
    [{Type, Bytes, []}
     || {Type, Cases} <- [{raw, [<<>>, <<"abc">>, <<1:4>>]}, {0, [<<"abc">>]}, {1, [<<>>, <<0, 1>>, <<3, "ab">>, <<3, "abcd">>]},
                          {2, [<<0>>, <<0, 3, "ab">>, <<0, 3, "abcd">>]}, {4, [<<0, 0, 0>>, <<0, 0, 0, 3>>, <<0, 0, 0, 3, "abcd">>, <<-1:32, 1>>]}],
        Bytes <- Cases]
        ++ [{1, <<200, 1>>, [{packet_size, 10}]}, {4, <<0, 0, 1, 0, 1>>, [{packet_size, 100}]}, {2, <<0, 10, "abc">>, [{packet_size, 10}]}].

lines() ->
    [{line, Bytes, Options}
     || Bytes <- [<<>>, <<"abc">>, <<"abcdef">>, <<"abc\ndef">>, <<"abc\r\ndef">>, <<"abcdef\n">>, <<"ab\n">>, <<"a|b\n">>],
        Options <- [[], [{line_length, 3}], [{packet_size, 3}], [{packet_size, 100}, {line_length, 4}], [{line_delimiter, $|}]]].

first_lines() ->
    [<<Line/binary, "\r\nrest">>
     || Line <- [<<"GET / HTTP/1.1">>, <<"GET /a?b=c%20d HTTP/1.1">>, <<"POST http://h:80/p HTTP/1.0">>, <<"PUT http://h/p HTTP/1.0">>,
                 <<"HEAD HTTPS://h:4 HTTP/2.1">>, <<"OPTIONS * HTTP/1.1">>, <<"CONNECT host:80 HTTP/1.1">>, <<"CONNECT host HTTP/1.1">>,
                 <<"GET mailto:foo HTTP/1.1">>, <<"DELETE ftp://h/x HTTP/1.1">>, <<"TRACE /">>, <<"GET">>, <<"get / HTTP/1.1">>, <<>>,
                 <<"PATCH / HTTP/1.1">>, <<"HTTP/1.1 200 OK">>, <<"HTTP/1.1 404 Not Found">>, <<"HTTP/1.1 200">>, <<"HTTP/1.1">>,
                 <<"HTTP/1.1 20x OK">>, <<"HTTP/1.1 2000 OK">>, <<"HTTP/1.1  200  OK ">>, <<" GET / HTTP/1.1">>, <<"GET  /  HTTP/1.1 ">>,
                 <<"GET / HTTP/11">>, <<"GET / http/1.1">>, <<"G@T / HTTP/1.1">>, <<"GET /\tx HTTP/1.1">>, <<"GET / HTTP/1.1 x">>, <<"GET / HTTP/1.1x">>, <<"GET / HTTP/1. x">>, <<"HTTP/1.1 ">>, <<"HTTP/1.1x 200">>]].

headers() ->
    [<<Header/binary, After/binary>>
     || Header <- [<<"Host: example\r\n">>, <<"content-LENGTH: 5\r\n">>, <<"X-Foo-bar:  a b  \r\n">>, <<"x-foo-bar:\r\n">>, <<"TE: c\r\n">>,
                   <<"set-cookie2: c\n">>, <<"A: b\r\n c\r\n">>, <<"A: b\n\tc\n d\n">>, <<"A : b\r\n">>, <<": b\r\n">>, <<"A;b: c\r\n">>,
                   <<"no colon\r\n">>, <<"\r\n">>, <<"\n">>, <<"etag: \"x\"\r\n">>, <<"X-FORWARDED-FOR: a, b\r\n">>,
                   <<"a-name-that-is-longer-than-any-name-should-be-or-is: c\r\n">>, <<"a-name-that-is-just-as-long-as-it-can-be--in-here: c\r\n">>],
        After <- [<<>>, <<"B: c">>, <<"\r\n">>]].

long() ->
    [{http, <<"GET http://example.org:8080/path?query HTTP/1.1\r\nHost">>}, {http_bin, <<"HTTP/1.0 302 Moved Temporarily\r\n">>},
     {httph, <<"Content-Type: text/plain;\r\n charset=utf-8\r\n\r\n">>}, {httph_bin, <<"If-None-Match: *\nX">>}].

beginnings(Type, Bytes) -> [{Size, decode(Type, binary:part(Bytes, 0, Size), [])} || Size <- lists:seq(0, byte_size(Bytes))].

changed(Type, Bytes) ->
    [{At, Byte, decode(Type, <<(binary:part(Bytes, 0, At))/binary, Byte, (binary:part(Bytes, At + 1, byte_size(Bytes) - At - 1))/binary>>, [])}
     || At <- lists:seq(0, byte_size(Bytes) - 1, 3), Byte <- [0, $\n, $\r, $\s, $\t, $:, $/, $a, $7]].

limits() ->
    [erlang:display({Type, Options, decode(Type, Bytes, Options)})
     || {Type, Bytes} <- long(), Options <- [[{packet_size, 10}], [{packet_size, 100}], [{line_length, 10}], [{line_length, 100}]]].

errors() ->
    [erlang:display(decode(Type, Bytes, Options))
     || {Type, Bytes, Options} <- [{foo, <<>>, []}, {3, <<>>, []}, {raw, foo, []}, {raw, <<>>, foo}, {raw, <<>>, [foo]}, {raw, <<>>, [{foo, 1}]},
                                   {raw, <<>>, [{packet_size, foo}]}, {line, <<"a">>, [{line_delimiter, 256}]}, {line, <<"a">>, [{packet_size, -1}]}]].
