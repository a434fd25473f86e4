%% Float segments of 16, 32 and 64 bits, and of none, which is 0.0.
-module(bin_floats).
-export([start/0, id/1]).

start() ->
    F = id(-1.5),
    erlang:display(<<F/float>>),
    erlang:display(<<F:32/float>>),
    erlang:display(<<F:32/float-little>>),
    erlang:display(<<F:64/float-little>>),
    erlang:display(<<F:16/float>>),
    erlang:display(<<(id(3)):32/float>>),
    <<A:32/float, B:64/float-little>> = id(<<63, 128, 0, 0, 0, 0, 0, 0, 0, 0, 4, 64>>),
    erlang:display([float_to_list(A, [short]), float_to_list(B, [short])]),
    erlang:display(nan(<<127, 192, 0, 0>>)),
    erlang:display(nan(<<255, 128, 0, 0>>)),
    <<_:3, C:64/float, _:5>> = <<5:3, 0.25:64/float, 1:5>>,
    erlang:display(C =:= 0.25),
    erlang:display([sized(Bytes, Size) || Bytes <- [<<>>, <<1, 2, 3>>, <<1:3>>], Size <- [0, 16, 8, -1, a, 1 bsl 66]]).

sized(Bytes, Size) ->
    case Bytes of
        <<F:Size/float, Rest/bitstring>> -> {F, Rest};
        _ -> no_match
    end.

nan(<<F:32/float>>) -> {float, F};
nan(_) -> no_match.

id(X) -> X.
