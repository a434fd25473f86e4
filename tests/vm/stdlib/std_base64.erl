%% base64 encoding and decoding.
-module(std_base64).
-export([start/0]).

start() ->
    [p({base64:encode(B), base64:decode(base64:encode(B)) =:= B}) || B <- [<<>>, <<"f">>, <<"fo">>, <<"foo">>, <<0, 255, 128>>]],
    p(base64:encode_to_string("hello")),
    p(base64:decode("aGVs\nbG8=")),
    p(try base64:decode(<<"a">>) catch error:_ -> failed end),
    p(base64:mime_decode(<<"aGVs*bG8=">>)).

p(X) -> io:format("~p~n", [X]).
