%% Patterns and arguments that are wrong.
-module(re_errors).
-export([start/0]).

start() ->
    [io:format("~ts ~p~n", [Pattern, re:compile(Pattern)]) || Pattern <- ["(", "a)", "[a", "*a", "a{2,1}", "(?<n>a)(?<n>b)", "\\", "[z-a]", "(?P<1>a)"]],
    [io:format("~p~n", [catch_reason(fun() -> re:run(S, P, O) end)]) || {S, P, O} <- [{a, "b", []}, {"a", b, []}, {"a", "b", [nonsense]}, {"a", "(", []}]].

catch_reason(F) ->
    try F() of
        Value -> Value
    catch
        Class:Reason -> {Class, Reason}
    end.
