%% case over constants, tuples, lists and guards.
-module(ctl_case).
-export([start/0]).

start() ->
    [erlang:display(f(X)) || X <- [0, 1, 99, -1, a, b, {}, {ok, 1}, {ok, {nested, [x]}}, [], [1], [1, 2], "str", <<"b">>, 1.5, 1 bsl 64]].

f(X) ->
    case X of
        0 -> zero;
        1 -> one;
        18446744073709551616 -> two_to_the_64;
        N when is_integer(N), N < 0 -> negative;
        N when is_integer(N) -> {int, N};
        a -> the_atom_a;
        A when is_atom(A) -> {atom, A};
        {} -> empty;
        {ok, {nested, [Y | _]}} -> {nested, Y};
        {ok, Y} -> {ok, Y};
        [] -> nil;
        [_] -> one_element;
        [H | T] -> {H, T};
        <<"b">> -> bin;
        _ -> other
    end.
