%% Which atoms of a pattern are variables, and which stand for themselves.
-module(ets_variables).
-export([start/0]).

start() ->
    T = ets:new(t, [bag]),
    [ets:insert(T, {K, V}) || K <- names() ++ [other], V <- [1, '$1', x1]],
    [io:format("~p: ~w~n", [Name, {found(T, Name), head(Name), body(Name)}]) || Name <- names()].

names() ->
    ['$0', '$1', '$2', '$01', '$99', '$100', '$1000', '$', '$$', '$a', '$1a', '$a1', 'a1', 'x12', '_', '_1', '__', '$_', '$ 1',
     '$-1', '$+1', '1', '', '$00', '$99999999', '$100000000', '$2147483647', '$2147483648', '$4294967296', '$4294967301',
     '$18446744073709551617', '@1', '$١'].

found(T, Name) -> attempt(fun() -> {length(ets:match_object(T, {Name, '_'})), length(lists:usort(ets:match(T, {Name, x1})))} end).

%% Twice the same variable, and one beside another.
head(Name) ->
    attempt(fun() ->
        Spec = ets:match_spec_compile([{{Name, Name, '$3'}, [], ['$$']}]),
        ets:match_spec_run([{a, a, 1}, {a, b, 2}, {Name, Name, 3}], Spec)
    end).

body(Name) ->
    attempt(fun() -> ets:match_spec_run([{a, b}], ets:match_spec_compile([{{'$1', '$2'}, [], [{{Name, '$1'}}]}])) end).

attempt(F) -> try F() catch error:R -> R end.
