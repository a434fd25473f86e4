%% Stand-in for OTP's erl_lint, the compiler's checks. One of them is asked at run time: erl_stdlib_errors explains with it why
%% io:format refused its arguments. Carrying the others along would cost a worker 54 KB.
%%
%%     ~ [-]Width .Precision .Pad Modifiers Control      Width, Precision and Pad may be `*`: an argument of its own
-module(erl_lint).

-export([check_format_string/1, check_format_string/2]).

%% The type of each argument that a format takes, or what is wrong with the format.
check_format_string(Format) -> check_format_string(Format, true).

check_format_string(Format, Strict) when is_atom(Format) -> check_format_string(atom_to_list(Format), Strict);
check_format_string(Format, _Strict) ->
    try
        {ok, types(unicode:characters_to_list(Format))}
    catch
        throw:Reason -> {error, Reason}
    end.

types([$~ | Rest]) ->
    {Width, AfterWidth} = width(Rest),
    {Precision, AfterPrecision} = precision(AfterWidth),
    {Modifiers, AfterModifiers} = modifiers(AfterPrecision, []),
    {Control, Next} = control(Modifiers, AfterModifiers),
    Width ++ Precision ++ Control ++ types(Next);
types([_ | Rest]) -> types(Rest);
types([]) -> [].

width([$-, Char | _] = Text) when Char >= $0, Char =< $9; Char =:= $* -> number(tl(Text));
width(Text) -> number(Text).

number([$* | Rest]) -> {[int], Rest};
number(Text) -> {[], lists:dropwhile(fun(Char) -> Char >= $0 andalso Char =< $9 end, Text)}.

precision([$. | Rest]) ->
    {Precision, AfterPrecision} = number(Rest),
    {Pad, AfterPad} = pad(AfterPrecision),
    {Precision ++ Pad, AfterPad};
precision(Text) -> {[], Text}.

pad([$., $* | Rest]) -> {[int], Rest};
pad([$., _ | Rest]) -> {[], Rest};
pad(Text) -> {[], Text}.

invalid(Modifiers, Char) -> "invalid control ~" ++ lists:sort(Modifiers) ++ Char.

%% The second of a kind is no modifier any more, but an unknown control.
modifiers([Char | Rest] = Text, Seen) when Char =:= $t; Char =:= $l; Char =:= $k; Char =:= $K ->
    case lists:member(Char, Seen) of
        true -> {Seen, Text};
        false -> modifiers(Rest, [Char | Seen])
    end;
modifiers(Text, Seen) -> {Seen, Text}.

control([], []) -> throw("truncated");
control(Modifiers, []) -> throw(invalid(Modifiers, []));
control(Modifiers, [Char | Rest]) ->
    {Types, Allowed} = control(Char),
    case Modifiers -- Allowed of
        [] when Types =/= none -> {Types, Rest};
        _ -> throw(invalid(Modifiers, [Char]))
    end.

control($c) -> {[int], "t"};
control($s) -> {[string], "t"};
control($w) -> {[term], "tkK"};
control($p) -> {[term], "tlkK"};
control($W) -> {[term, int], "tkK"};
control($P) -> {[term, int], "tlkK"};
control(Char) when Char =:= $e; Char =:= $f; Char =:= $g -> {[float], ""};
control(Char) when Char =:= $b; Char =:= $B -> {[int], ""};
control(Char) when Char =:= $x; Char =:= $X -> {[int, string], ""};
control(Char) when Char =:= $#; Char =:= $+; Char =:= $i -> {[term], ""};
control(Char) when Char =:= $~; Char =:= $n -> {[], ""};
control(_) -> {none, ""}.
