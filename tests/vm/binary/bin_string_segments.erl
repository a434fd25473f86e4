%% Text literals in construction and patterns.
-module(bin_string_segments).
-export([start/0]).

start() ->
    erlang:display(<<"abc", 1, "de"/utf16, "f":16>>),
    erlang:display(route(<<"GET /index">>)),
    erlang:display(route(<<"POST /x">>)),
    erlang:display(route(<<"PUT">>)),
    erlang:display(route(<<>>)),
    erlang:display(after_prefix(<<"prefix-rest of it">>)).

route(<<"GET ", Path/binary>>) -> {get, Path};
route(<<"POST ", Path/binary>>) -> {post, Path};
route(<<M:3/binary, _/binary>>) -> {unknown, M};
route(_) -> bad.

after_prefix(<<"prefix-", Rest/binary>>) -> Rest.
