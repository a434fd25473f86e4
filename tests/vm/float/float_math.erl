%% The math module, rounded to twelve digits, and its errors.
-module(float_math).
-export([start/0, id/1]).

start() ->
    [show(F(0.5)) || F <- [fun math:sin/1, fun math:cos/1, fun math:tan/1, fun math:exp/1, fun math:log/1,
                           fun math:sqrt/1, fun math:atan/1, fun math:asin/1, fun math:acos/1, fun math:sinh/1,
                           fun math:cosh/1, fun math:tanh/1, fun math:log2/1, fun math:log10/1]],
    show(math:pi()),
    show(math:pow(2, 10)),
    show(math:pow(2.0, 0.5)),
    show(math:atan2(1, -1)),
    show(math:fmod(7, 3)),
    show(math:ceil(1.2)),
    show(math:floor(-1.2)),
    show(math:sqrt(16)),
    erlang:display(try math:sqrt(id(-1)) catch error:R -> R end),
    erlang:display(try math:log(id(0)) catch error:R2 -> R2 end).

show(F) ->
    erlang:display(float_to_list(F, [{decimals, 12}])).

id(X) -> X.
