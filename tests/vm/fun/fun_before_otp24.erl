%% OTP 25 or earlier: later compilers do not write for OTP 23.
%% Funs made with the instruction of OTP 23 and before (make_fun2), and receives with its markers.
-module(fun_before_otp24).
-export([start/0]).

-compile(r23).

start() ->
    A = id(1), B = id("two"), C = id({3}),
    F = id(fun(X) -> {A, B, C, X} end),
    erlang:display(F(4)),
    erlang:display((id(fun() -> none end))()),
    erlang:display([G(10) || G <- [id(fun(X) -> X + N end) || N <- lists:seq(1, 5)]]),
    erlang:display(lists:sum([G() || G <- many(20000, [])])),
    Reference = make_ref(),
    self() ! {other, Reference},
    self() ! {Reference, A},
    erlang:display(receive {Reference, Value} -> Value end).

many(0, Funs) -> Funs;
many(N, Funs) -> many(N - 1, [id(fun() -> N end) | Funs]).

id(X) -> X.
