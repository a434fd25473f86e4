%% A shift whose result no memory could hold raises system_limit.
-module(limit_big_shift).
-export([start/0, id/1]).

start() ->
    erlang:display(try id(1) bsl id(1 bsl 60) catch error:R -> R end),
    erlang:display(id(1) bsr id(1 bsl 60)),
    erlang:display(try binary:copy(<<1>>, id(1 bsl 70)) catch error:R2 -> R2 end),
    erlang:display(try lists:duplicate(id(-1), a) catch error:R3 -> R3 end).

id(X) -> X.
