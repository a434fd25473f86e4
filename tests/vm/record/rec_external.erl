%% OTP 29 or later: native records.
%% Native records of another module: construction, access, what is exported.
-module(rec_external).
-export([start/0]).
-import_record(rec_external__types, [pt]).
-record #own{a = 7, b = {x, 1}, c = #{k => [v]}}.
t(F) -> try F() catch C:R:S -> {C,R,hd(S)} end.
id(X)->X.
start() ->
    rec_external__types:module_info(),
    io:format("~p~n",[t(fun() -> #own{} end)]),
    io:format("~p~n",[t(fun() -> #own{a=1,b=2,c=3} end)]),
    io:format("~p~n",[t(fun() -> records:get_definition(rec_external,own) end)]),
    io:format("~p~n",[t(fun() -> #pt{x=3} end)]),
    io:format("~p~n",[t(fun() -> #rec_external__types:pt{x=3} end)]),
    io:format("~p~n",[t(fun() -> #rec_external__types:user{name=x} end)]),
    io:format("~p~n",[t(fun() -> #rec_external__types:pt{zz=3} end)]),
    io:format("~p~n",[t(fun() -> #rec_external__types:none{x=3} end)]),
    io:format("~p~n",[t(fun() -> #nomod:none{x=3} end)]),
    P = id(#rec_external__types:pt{x=5}),
    io:format("~p~n",[t(fun() -> P#rec_external__types:pt.x end)]),
    io:format("~p~n",[t(fun() -> P#pt.x end)]),
    io:format("~p~n",[t(fun() -> P#rec_external__types:pt.zz end)]),
    io:format("~p~n",[t(fun() -> P#rec_external__types:user.name end)]),
    io:format("~p~n",[t(fun() -> P#rec_external__types:pt{y=9} end)]),
    io:format("~p~n",[t(fun() -> P#rec_external__types:pt{zz=9} end)]),
    U = id(records:create(rec_external__types,user,[{name,bob},{age,1}],#{is_exported=>false})),
    io:format("~p~n",[t(fun() -> U#rec_external__types:user.name end)]),
    io:format("~p~n",[t(fun() -> U#rec_external__types:user{name=1} end)]),
    io:format("~p~n",[t(fun() -> case U of #rec_external__types:user{name=N} -> N; _ -> no end end)]),
    io:format("~p~n",[t(fun() -> case P of #rec_external__types:pt{x=N} -> N; _ -> no end end)]),
    io:format("~p~n",[t(fun() -> case P of #_{x=N} -> N; _ -> no end end)]),
    io:format("~p~n",[t(fun() -> is_record(P, rec_external__types, pt) end)]),
    io:format("~p~n",[t(fun() -> is_record(P, pt) end)]),
    io:format("~p~n",[t(fun() -> apply(erlang,is_record,[P, pt]) end)]),
    io:format("~p~n",[t(fun() -> apply(erlang,is_record,[P, rec_external__types, pt]) end)]),
    io:format("~p~n",[t(fun() -> apply(erlang,is_record,[U, rec_external__types, user]) end)]),
    io:format("~p~n",[t(fun() -> if is_record(U, rec_external__types, user) -> y; true -> n end end)]),
    io:format("~p~n",[t(fun() -> if is_record(P, pt) -> y; true -> n end end)]),
    io:format("~p~n",[t(fun() -> if P#pt.x =:= 5 -> y; true -> n end end)]),
    io:format("~p~n",[t(fun() -> if U#_.name =:= bob -> y; true -> n end end)]),
    C = fun(M,N,Fs) -> records:create(M,N,Fs,#{is_exported=>true}) end,
    io:format("~p~n",[lists:sort([C(a,b,[{b,1}]),C(a,b,[{a,1},{b,2}]),C(a,b,[{c,1}]),C(a,b,[{a,1},{b,2},{c,3}]), C(a,b,[{a,1},{c,1},{b,2}])])]),
    io:format("~p~n",[t(fun() -> #{ C(a,b,[{x,1}]) => 1} end)]),
    io:format("~p~n",[maps:get(C(a,b,[{x,1}]), #{ C(a,b,[{x,1}]) => 1})]),
    io:format("~w ~p~n",[{C('A b','c d',[{'X y',"s"}])},[C('A b','c d',[{'X y',"s"}])]]),
    io:format("~p~n",[erlang:fun_info(fun erlang:is_record/1)]),
    io:format("~p~n",[[t(fun() -> records:create(A1,B1,C1,D1) end) || {A1,B1,C1,D1} <- [{1,b,[],#{is_exported=>true}},{a,1,[],#{is_exported=>true}},{a,b,[{1,2}],#{is_exported=>true}},{a,b,[],[]},{a,b,[],#{is_exported=>1}},{a,b,[x],#{is_exported=>true}},{a,b,[{x,1}|y],#{is_exported=>true}},{a,b,[{x,1}],#{is_exported=>true,z=>1}},{a,b,#{z=>1},#{is_exported=>true}}]]]),
    io:format("~p~n", [rec_external__types:many()]),
    io:format("~p~n", [t(fun() -> #rec_external__types:req{} end)]),
    io:format("~p~n", [t(fun() -> #rec_external__types:req{a=1} end)]),
    io:format("~p~n", [t(fun() -> #rec_external__types:req{a=1,zz=3} end)]),
    io:format("~p~n", [t(fun() -> R=#rec_external__types:req{a=1,c=3}, R#rec_external__types:req{zz=3} end)]),
    io:format("~p~n", [t(fun() -> records:get_definition(rec_external__types, many) end)]),
    io:format("~p~n", [t(fun() -> (rec_external__types:user())#rec_external__types:user.name end)]),
    io:format("~p~n",[ets_test()]).
ets_test() -> T = ets:new(t,[]), ets:insert(T,{k,#own{a=1}}), ets:lookup(T,k).
