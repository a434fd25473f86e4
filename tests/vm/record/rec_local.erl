%% OTP 29 or later: native records.
%% Native records of the module itself: making, matching, updating, order, external form, module records.
-module(rec_local).
-export([start/0]).
-export_record([pt]).
-record #pt{x = 0, y = 0}.
-record #user{name, age = 18 :: integer()}.
-record #empty{}.
id(X)->X.
t(F) -> try F() catch C:R -> {C,R} end.
start() ->
    P = id(#pt{x = 1}),
    U = id(#user{name = ann}),
    E = id(#empty{}),
    [io:format("~p~n",[X]) || X <- [P,U,E]],
    io:format("~p~n",[{is_record(P), is_record(P,pt), is_record(P,rec_local,pt), is_record(P, pt, 3), is_record({pt,1,2},pt,3), is_record(U,pt)}]),
    io:format("~p~n",[{is_tuple(P), is_map(P), tuple_size_(P)}]),
    io:format("~p~n",[t(fun() -> P#user.name end)]),
    io:format("~p~n",[t(fun() -> (id(foo))#pt.x end)]),
    io:format("~p~n",[t(fun() -> (id(foo))#pt{x=1} end)]),
    io:format("~p~n",[t(fun() -> P#_.x end)]),
    io:format("~p~n",[t(fun() -> P#_.zz end)]),
    io:format("~p~n",[t(fun() -> P#_{x=9} end)]),
    io:format("~p~n",[P == #pt{x=1}]),
    io:format("~p~n",[lists:sort([P,U,E,{a},{a,b},#{},#{a=>1},[],[1],<<1>>,a,1,1.0,self_, #pt{x=0}])]),
    io:format("~w~n",[erlang:term_to_binary(P)]),
    io:format("~w~n",[erlang:term_to_binary(U)]),
    io:format("~p~n",[binary_to_term(term_to_binary(P)) =:= P]),
    #pt{x = X, y = Y} = P, io:format("~p~n",[{X,Y}]),
    case id(U) of #pt{} -> io:format("pt~n"); #user{age=A} -> io:format("user ~p~n",[A]) end,
    #_{x = Q} = P, io:format("~p~n",[Q]),
    io:format("~p~n",[[records:get_name(P), records:get_module(P), records:get_field_names(P), records:get(x,P), records:is_exported(P), records:is_exported(U)]]),
    io:format("~p~n",[t(fun() -> records:get(z,P) end)]),
    io:format("~p~n",[t(fun() -> records:get_name(foo) end)]),
    io:format("~p~n",[t(fun() -> records:get_definition(rec_local,pt) end)]),
    io:format("~p~n",[t(fun() -> records:get_definition(rec_local,user) end)]),
    io:format("~p~n",[t(fun() -> records:get_definition(nomod,user) end)]),
    io:format("~p~n",[t(fun() -> records:create(foo,bar,#{a=>1,b=>2},#{is_exported=>true}) end)]),
    io:format("~p~n",[t(fun() -> records:update(P,rec_local,pt,#{x=>7}) end)]),
    io:format("~p~n",[t(fun() -> records:update(P,rec_local,pt,#{zz=>7}) end)]),
    io:format("~p~n",[erlang:external_size(P)]),
    io:format("~p~n",[P > {a}]),
    io:format("~p~n",[t(fun() -> element(1,P) end)]).
tuple_size_(P) -> t(fun() -> tuple_size(P) end).
