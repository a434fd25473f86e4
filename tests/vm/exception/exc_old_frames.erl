%% Frames as compilers before OTP 24 make them: allocate_zero clears what the frame is laid over.
%% OTP 25 or earlier: later compilers do not write for OTP 22.
-module(exc_old_frames).
-compile(r22).
-export([start/0]).

start() ->
    erlang:display(deep(6)),
    erlang:display(trace(fun() -> late(1, 2) end)),
    erlang:display(deep(6)),
    erlang:display(trace(fun() -> late(2, 2) end)),
    erlang:display(kept(#{key => value}, [1, 2, 3])),
    erlang:display(with_heap(five, "text")).

%% Leaves return addresses and terms below the stack.
deep(0) -> 0;
deep(N) ->
    Terms = {N, [N], make_ref()},
    Sum = deep(N - 1) + erlang:external_size(N),
    {_, [N], _} = Terms,
    Sum.

trace(Fun) ->
    try Fun() catch _:Reason:Stack -> {Reason, [{F, A} || {exc_old_frames, F, A, _} <- Stack]} end.

%% Slots of values that only a later branch has, when the frame is made.
late(A, B) ->
    case same(A) of
        1 ->
            X = failing(B),
            Y = same({X, A}),
            Z = same({Y, B}),
            {X, same(Y), Z, A, B};
        Other ->
            U = same(Other),
            V = failing(U),
            {same(U), V, A, B}
    end.

kept(Map, List) ->
    case same(Map) of
        #{key := Value} ->
            erlang:garbage_collect(),
            Length = length(same(List)),
            Tuple = {same(Value), Length},
            erlang:garbage_collect(),
            {same(Tuple), Map, List, Length, Value};
        _ ->
            same(List)
    end.

with_heap(A, B) ->
    X = same([A, B]),
    erlang:garbage_collect(),
    Y = same({X, B}),
    {X, Y, same(A)}.

same(Term) ->
    put(last, Term),
    Term.

failing(Term) ->
    put(last, Term),
    erlang:error(Term).
