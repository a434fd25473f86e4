%% uri_string: parse, build, resolve and query strings.
-module(std_uri_string).
-export([start/0]).

start() ->
    M = uri_string:parse(<<"https://user@example.org:8443/a/b?x=1&y=2#frag">>),
    [io:format("~p: ~p~n", [K, maps:get(K, M)]) || K <- [scheme, userinfo, host, port, path, query, fragment]],
    io:format("~s~n", [uri_string:recompose(M)]),
    io:format("~p~n", [uri_string:dissect_query("a=1&b=%20x&c")]),
    io:format("~s~n", [uri_string:compose_query([{"k", "v w"}, {"e", "é"}])]),
    io:format("~s~n", [uri_string:resolve("../x", "http://h/a/b/c")]),
    io:format("~s~n", [uri_string:normalize("http://Host:80/a/./b/../c")]).
