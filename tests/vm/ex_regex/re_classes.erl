%% Classes of characters: which of the 256 bytes each of them takes.
-module(re_classes).
-export([start/0]).

start() ->
    [io:format("~s ~p~n", [Class, ranges(Class, [])]) || Class <- classes()],
    [io:format("caseless ~s ~p~n", [Class, ranges(Class, [caseless])]) || Class <- ["[a-c]", "[^x]", "[[:lower:]]", "\\xE9", "[\\xC0-\\xC2]"]],
    [io:format("ucp ~s ~p~n", [Class, ranges(Class, [ucp])]) || Class <- ["\\w", "\\d", "\\s", "[[:alpha:]]", "[[:upper:]]"]].

classes() ->
    ["\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\h", "\\H", "\\v", "\\V", ".", "\\N", "\\R", "[a-f]", "[^a-f]", "[]a]", "[^]a]",
     "[a\\-z]", "[-a]", "[a-]", "[\\d-z]", "[\\x41-\\x{43}]", "[\\n\\t\\e]", "[\\b]", "[\\101-\\103]", "[\\Q^]\\E]", "[\\cA-\\cC]"]
        ++ [lists:append(["[[:", Name, ":]]"]) || Name <- posix()] ++ ["[[:^digit:]a]", "[^[:print:]]", "\\p{Lu}", "\\P{L}", "\\p{^N}", "[\\p{P}]"].

posix() ->
    ["alpha", "lower", "upper", "alnum", "ascii", "blank", "cntrl", "digit", "graph", "print", "punct", "space", "word", "xdigit"].

ranges(Class, Options) ->
    case re:compile(["^", Class, "\\z"], [dollar_endonly | Options]) of
        {ok, Compiled} -> join([Byte || Byte <- lists:seq(0, 255), re:run(<<Byte>>, Compiled, [{capture, none}]) =:= match]);
        {error, Reason} -> Reason
    end.

join([]) -> [];
join([First | Rest]) -> join(First, First, Rest).

join(First, Last, [Next | Rest]) when Next =:= Last + 1 -> join(First, Next, Rest);
join(First, Last, Rest) -> [{First, Last} | join(Rest)].
