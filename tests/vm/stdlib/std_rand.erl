%% rand with a fixed seed gives the same numbers everywhere.
-module(std_rand).
-export([start/0]).

start() ->
    [run(Alg) || Alg <- [exsss, exrop, exro928ss, exsp]].

run(Alg) ->
    S0 = rand:seed_s(Alg, {1, 2, 3}),
    {A, S1} = rand:uniform_s(1000000, S0),
    {B, S2} = rand:uniform_s(S1),
    {C, S3} = rand:uniform_s(1 bsl 100, S2),
    {D, _} = rand:normal_s(S3),
    io:format("~p ~p ~s ~p ~s~n", [Alg, A, float_to_list(B, [{decimals, 12}]), C, float_to_list(D, [{decimals, 9}])]).
