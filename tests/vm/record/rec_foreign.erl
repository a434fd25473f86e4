%% OTP 29 or later: native records.
%% Native records that are not as the module defines them, and wrong arguments.
-module(rec_foreign).
-export([start/0]).
-record #pt{x = 0, y = 0}.
-record #dyn{x = 5, y, z = [1,2]}.
t(F) -> try F() catch C:R:S -> {C,R,hd(S)} end.
id(X)->X.
mk(M,N,Ex,Fs) ->
    {Names,Vals}=lists:unzip(Fs),
    B = fun(A) -> X=atom_to_binary(A), [119,byte_size(X),X] end,
    Bin = iolist_to_binary([131,67,<<(length(Fs)):32>>,Ex,B(M),B(N),[B(F)||F<-Names],[begin <<131,R/binary>> = term_to_binary(V), R end||V<-Vals]]),
    binary_to_term(Bin).
start() ->
    io:format("~p~n",[t(fun() -> records:create(foo,bar,[{a,1},{b,2}],#{is_exported=>true}) end)]),
    io:format("~p~n",[t(fun() -> records:create(foo,bar,#{a=>1},#{}) end)]),
    io:format("~p~n",[t(fun() -> records:create(rec_foreign,pt,#{x=>1},#{}) end)]),
    io:format("~p~n",[t(fun() -> records:create(rec_foreign,dyn,#{x=>1},#{}) end)]),
    io:format("~p~n",[t(fun() -> records:create(rec_foreign,dyn,[{x,1}],#{}) end)]),
    io:format("~p~n",[t(fun() -> records:create(foo,bar,[{a,1},{b,2}],#{}) end)]),
    io:format("~p~n",[t(fun() -> records:create(foo,bar,[{b,1},{a,2}],#{is_exported=>false}) end)]),
    io:format("~p~n",[t(fun() -> records:create(foo,bar,[{b,1},{b,2}],#{is_exported=>false}) end)]),
    L = [mk(foo,bar,1,[{a,1},{b,2}]), mk(foo,bar,0,[{a,1},{b,2}]), mk(foo,bar,1,[{a,1}]), mk(foo,bar,1,[{b,1},{a,2}]), mk(foo,aaa,1,[{a,1},{b,2},{c,2}]), mk(aaa,zz,1,[{a,1},{b,9},{c,2},{d,1}]), mk(foo,bar,0,[]), mk(foo,bar,1,[{a,1.0},{b,2}]),mk(foo,bar,1,[{a,0},{c,2}]), mk(foo,bar,1,[{a,5},{b,0}])],
    io:format("~p~n",[[{records:is_exported(X),X} || X <- lists:sort(L)]]),
    io:format("~p~n",[hd(L) == lists:nth(8,L)]),
    io:format("~p~n",[hd(L) =:= lists:nth(2,L)]),
    io:format("~p~n",[t(fun() -> (id(mk(rec_foreign,pt,1,[{x,7}])))#pt.x end)]),
    io:format("~p~n",[t(fun() -> (id(mk(rec_foreign,pt,1,[{x,7}])))#pt.y end)]),
    io:format("~p~n",[t(fun() -> (id(mk(rec_foreign,pt,0,[{x,7},{q,1}])))#pt{x=8} end)]),
    io:format("~p~n",[t(fun() -> (id(mk(rec_foreign,pt,0,[{q,7}])))#pt{x=8} end)]),
    io:format("~p~n",[t(fun() -> #pt{x=Q}=id(mk(rec_foreign,pt,0,[{x,7},{q,1}])), Q end)]),
    io:format("~p~n",[t(fun() -> (id(mk(zz,pt,0,[{x,7},{q,1}])))#_.x end)]),
    io:format("~p~n",[t(fun() -> (id(mk(zz,pt,1,[{x,7},{q,1}])))#_.x end)]),
    io:format("~p~n",[t(fun() -> (id(mk(zz,pt,1,[{x,7},{q,1}])))#_{x=1} end)]),
    io:format("~p~n",[t(fun() -> (id(mk(zz,pt,0,[{x,7},{q,1}])))#_{x=1} end)]),
    io:format("~p~n",[t(fun() -> (id(foo))#_{x=1} end)]),
    io:format("~p~n",[t(fun() -> (id(foo))#_.x end)]),
    io:format("~p~n",[t(fun() -> #_{x=Q}=id(mk(zz,pt,0,[{x,7},{q,1}])), Q end)]),
    io:format("~p~n",[t(fun() -> #dyn{y=1} end)]),
    io:format("~p~n",[[t(fun() -> records:F(foo) end) || F <- [get_name,get_module,get_field_names,is_exported]]]),
    io:format("~p~n",[t(fun() -> records:get(x,foo) end)]),
    io:format("~p~n",[t(fun() -> records:get(zz,#pt{}) end)]),
    io:format("~p~n",[t(fun() -> records:get(foo,1) end)]),
    io:format("~p~n",[t(fun() -> records:update(#pt{},rec_foreign,pt,#{x=>1,zz=>2}) end)]),
    io:format("~p~n",[t(fun() -> records:update(#pt{},rec_foreign,pt,[{x,1}]) end)]),
    io:format("~p~n",[t(fun() -> records:update(#pt{},rec_foreign,ptt,#{x=>1}) end)]),
    io:format("~p~n",[t(fun() -> records:update(mk(zz,pt,0,[{x,7},{q,1}]),zz,pt,#{x=>1}) end)]),
    io:format("~p~n",[t(fun() -> records:update(#pt{},rec_foreign,pt,foo) end)]),
    io:format("~p~n",[t(fun() -> records:update(foo,rec_foreign,pt,#{}) end)]),
    io:format("~p~n",[t(fun() -> records:get_definition(rec_foreign,pt) end)]),
    io:format("~p~n",[t(fun() -> records:get_definition(rec_foreign,nono) end)]),
    io:format("~p~n",[t(fun() -> records:get_definition(1,nono) end)]),
    io:format("~p~n",[t(fun() -> is_record(id(1),2) end)]),
    io:format("~p~n",[t(fun() -> is_record(id(#pt{}),id(rec_foreign),id(pt)) end)]),
    io:format("~p~n",[t(fun() -> is_record(id(#pt{}),id(rec_foreign),id(3)) end)]),
    io:format("~p~n",[t(fun() -> is_record(id(#pt{}),id(3),id(3)) end)]),
    io:format("~p~n",[{t(fun() -> binary_to_term(<<131,67,0,0,0,1,2,119,1,$a,119,1,$b,119,1,$c,97,1>>) end),t(fun() -> binary_to_term(<<131,67,0,0,0,2,1,119,1,$a,119,1,$b,119,1,$c,119,1,$c,97,1,97,2>>) end),t(fun() -> binary_to_term(<<131,67,0,0,0,1,1,119,1,$a,119,1,$b,119,1,$c>>) end)}]).
