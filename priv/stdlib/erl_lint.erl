%% Stand-in for OTP's erl_lint, the compiler's checks. Two libraries ask some of them at run time: erl_stdlib_errors, why
%% io:format refused its arguments; and erl_eval, which is behind Elixir's Code and EEx, what may stand in a guard and what
%% a fun takes along. Carrying all of them would cost a worker 54 KB.
%%
%%     ~ [-]Width .Precision .Pad Modifiers Control      Width, Precision and Pad may be `*`: an argument of its own
-module(erl_lint).

-export([check_format_string/1, check_format_string/2]).
-export([exprs_opt/3, is_guard_test/1, is_guard_expr/1, used_vars/2]).

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

%% What the checks of whole expressions would find, the evaluator meets itself when it comes there.
exprs_opt(_Expressions, _Bindings, _Options) -> {ok, []}.

%% ---- guards ----

%% A test may also be one of the type tests of old, `atom(X)`, which are no expressions.
is_guard_test({call, Where, {atom, _, Name} = Function, Args}) ->
    (erl_internal:old_type_test(Name, length(Args)) andalso lists:all(fun is_guard_expr/1, Args))
        orelse is_guard_expr({call, Where, Function, Args});
is_guard_test(Test) -> is_guard_expr(Test).

is_guard_expr({Literal, _, _}) when Literal =:= integer; Literal =:= float; Literal =:= atom; Literal =:= char;
                                    Literal =:= string; Literal =:= var -> true;
is_guard_expr({nil, _}) -> true;
is_guard_expr({cons, _, Head, Tail}) -> is_guard_expr(Head) andalso is_guard_expr(Tail);
is_guard_expr({tuple, _, Elements}) -> lists:all(fun is_guard_expr/1, Elements);
is_guard_expr({map, _, Fields}) -> lists:all(fun is_guard_field/1, Fields);
is_guard_expr({map, _, Map, Fields}) -> is_guard_expr(Map) andalso lists:all(fun is_guard_field/1, Fields);
is_guard_expr({bin, _, Elements}) -> lists:all(fun is_guard_element/1, Elements);
is_guard_expr({op, _, Operator, Operand}) -> is_guard_operator(Operator, 1) andalso is_guard_expr(Operand);
is_guard_expr({op, _, Operator, Left, Right}) ->
    is_guard_operator(Operator, 2) andalso is_guard_expr(Left) andalso is_guard_expr(Right);
is_guard_expr({call, _, {remote, _, {atom, _, erlang}, {atom, _, Name}}, Args}) ->
    Arity = length(Args),
    (erl_internal:guard_bif(Name, Arity) orelse is_guard_operator(Name, Arity)) andalso lists:all(fun is_guard_expr/1, Args);
is_guard_expr({call, _, {atom, _, Name}, Args}) ->
    erl_internal:guard_bif(Name, length(Args)) andalso lists:all(fun is_guard_expr/1, Args);
is_guard_expr(_) -> false.

is_guard_field({_, _, Key, Value}) -> is_guard_expr(Key) andalso is_guard_expr(Value).

is_guard_element({bin_element, _, Value, Size, _}) -> is_guard_expr(Value) andalso (Size =:= default orelse is_guard_expr(Size)).

is_guard_operator(Operator, _) when Operator =:= 'andalso'; Operator =:= 'orelse' -> true;
is_guard_operator(Operator, Arity) ->
    erl_internal:arith_op(Operator, Arity) orelse erl_internal:bool_op(Operator, Arity) orelse erl_internal:comp_op(Operator, Arity).

%% ---- what funs take along ----

%% Clauses of each fun => {names of variables in it, the same for the funs in it}. Those that the fun itself binds are
%% among them, unlike OTP's: the evaluator takes what is bound outside, and Elixir gives no two variables one name.
used_vars(Expressions, _Bindings) -> funs(Expressions, #{}).

funs({'fun', _, {clauses, Clauses}}, Found) -> Found#{Clauses => used(Clauses)};
funs({named_fun, _, _, Clauses}, Found) -> Found#{Clauses => used(Clauses)};
funs(Tuple, Found) when is_tuple(Tuple) -> funs(tuple_to_list(Tuple), Found);
funs([Head | Tail], Found) -> funs(Tail, funs(Head, Found));
funs(_, Found) -> Found.

used(Clauses) -> {ordsets:from_list(names(Clauses, [])), funs(Clauses, #{})}.

names({var, _, Name}, Found) when Name =/= '_' -> [Name | Found];
names(Tuple, Found) when is_tuple(Tuple) -> names(tuple_to_list(Tuple), Found);
names([Head | Tail], Found) -> names(Tail, names(Head, Found));
names(_, Found) -> Found.
