%% Large integers to text and back, in bases 2, 10, 16 and 36.
-module(arith_big_to_text).
-export([start/0, id/1]).

start() ->
    N = id(16#DEADBEEFCAFEBABE0123456789ABCDEF),
    [show(V, Base) || V <- [N, -N, 0, 35, -36], Base <- [2, 10, 16, 36]].

show(V, Base) ->
    Text = integer_to_list(V, Base),
    erlang:display(Text),
    V = list_to_integer(Text, Base),
    Bin = integer_to_binary(V, Base),
    V = binary_to_integer(Bin, Base).

id(X) -> X.
