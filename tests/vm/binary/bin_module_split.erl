%% binary:split, match, matches and replace.
-module(bin_module_split).
-export([start/0, id/1]).

start() ->
    B = id(<<"a,b,,c;d,">>),
    erlang:display(binary:split(B, <<",">>)),
    erlang:display(binary:split(B, <<",">>, [global])),
    erlang:display(binary:split(B, [<<",">>, <<";">>], [global])),
    erlang:display(binary:split(B, <<",">>, [global, trim])),
    erlang:display(binary:split(B, <<",">>, [global, trim_all])),
    erlang:display(binary:split(B, <<"zz">>)),
    erlang:display(binary:match(B, <<",c">>)),
    erlang:display(binary:match(B, <<"q">>)),
    erlang:display(binary:match(B, [<<";">>, <<"b">>])),
    erlang:display(binary:matches(B, <<",">>)),
    erlang:display(binary:matches(B, <<",">>, [{scope, {2, 4}}])),
    erlang:display(binary:replace(B, <<",">>, <<"--">>)),
    erlang:display(binary:replace(B, <<",">>, <<"--">>, [global])),
    P = binary:compile_pattern([<<"b">>, <<"d">>]),
    erlang:display(binary:matches(B, P)).

id(X) -> X.
