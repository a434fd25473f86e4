%% What module zlib raises, and who may use a stream.
-module(zlib_errors).
-compile({nowarn_deprecated_function, [{zlib, inflateChunk, 1}]}).
-export([start/0]).

start() ->
    failing([fun() -> zlib:uncompress(<<>>) end,
             fun() -> zlib:uncompress(<<1, 2, 3, 4, 5, 6, 7, 8, 9>>) end,
             fun() -> zlib:uncompress(foo) end,
             fun() -> zlib:gunzip(<<>>) end,
             fun() -> zlib:gunzip(<<1, 2, 3>>) end,
             fun() -> zlib:unzip(<<>>) end,
             fun() -> zlib:unzip(<<255, 255>>) end,
             fun() -> zlib:unzip(<<0>>) end,
             fun() -> zlib:unzip(<<0, 1, 0, 0, 0>>) end]),
    states(),
    arguments(),
    owners().

states() ->
    failing([fun() -> zlib:inflate(zlib:open(), <<1>>) end,
             fun() -> zlib:deflate(zlib:open(), <<1>>) end,
             fun() -> zlib:inflateEnd(zlib:open()) end,
             fun() -> zlib:deflateEnd(zlib:open()) end,
             fun() -> zlib:inflateReset(zlib:open()) end,
             fun() -> zlib:deflateReset(zlib:open()) end,
             fun() -> zlib:deflateReset(inflating()) end,
             fun() -> zlib:inflateReset(deflating()) end,
             fun() -> zlib:deflateInit(inflating()) end,
             fun() -> zlib:inflateInit(inflating()) end,
             fun() -> zlib:deflateInit(deflating()) end,
             fun() -> zlib:inflateEnd(inflating()) end,
             fun() -> zlib:deflateEnd(deflating()) end,
             fun() -> Z = deflating(), zlib:deflate(Z, "abc"), zlib:deflateEnd(Z) end,
             fun() -> Z = deflating(), zlib:deflate(Z, "abc", finish), zlib:deflateEnd(Z) end,
             fun() -> Z = deflating(), zlib:deflate(Z, "abc", finish), zlib:deflate(Z, "abc", finish) end,
             fun() -> Z = deflating(), zlib:deflate(Z, "abc", finish), zlib:deflate(Z, [], finish) end,
             fun() -> Z = inflating(), catch zlib:inflate(Z, "abc"), zlib:inflate(Z, zlib:compress("abc")) end,
             fun() -> Z = deflating(), zlib:deflate(Z, "abc"), zlib:deflateSetDictionary(Z, "abc") end,
             fun() -> Z = zlib:open(), zlib:deflateInit(Z, 6, deflated, 31, 8, default), zlib:deflateSetDictionary(Z, "abc") end,
             fun() -> zlib:inflateSetDictionary(inflating(), "abc") end,
             fun() -> closed(fun zlib:inflateInit/1) end,
             fun() -> closed(fun zlib:deflateInit/1) end,
             fun() -> closed(fun zlib:close/1) end,
             fun() -> closed(fun zlib:inflateEnd/1) end,
             fun() -> Z = inflating(), zlib:close(Z) end,
             fun() -> Z = deflating(), ok = zlib:deflateEnd(Z), ok = zlib:inflateInit(Z), zlib:inflate(Z, zlib:compress("abc")) end]).

inflating() -> Z = zlib:open(), ok = zlib:inflateInit(Z), Z.
deflating() -> Z = zlib:open(), ok = zlib:deflateInit(Z), Z.
closed(Fun) -> Z = zlib:open(), ok = zlib:close(Z), Fun(Z).

arguments() ->
    failing([fun() -> zlib:deflateInit(zlib:open(), 10) end,
             fun() -> zlib:deflateInit(zlib:open(), 6, foo, 15, 8, default) end,
             fun() -> zlib:deflateInit(zlib:open(), 6, deflated, 50, 8, default) end,
             fun() -> zlib:deflateInit(zlib:open(), 6, deflated, 15, 10, default) end,
             fun() -> zlib:deflateInit(zlib:open(), 6, deflated, 15, 8, foo) end]
            ++ [fun() -> zlib:deflateInit(zlib:open(), 6, deflated, Bits, 8, default) end || Bits <- bits()]
            ++ [fun() -> zlib:inflateInit(zlib:open(), Bits) end || Bits <- bits()]
            ++ [fun() -> zlib:inflateInit(zlib:open(), 15, foo) end,
                fun() -> zlib:deflate(deflating(), foo) end,
                fun() -> zlib:deflate(deflating(), [], foo) end,
                fun() -> zlib:inflate(inflating(), foo) end,
                fun() -> zlib:deflate(foo, []) end,
                fun() -> zlib:inflate(foo, "a") end,
                fun() -> zlib:close(foo) end,
                fun() -> zlib:close(make_ref()) end,
                fun() -> zlib:close(ets:new(table, [])) end,
                fun() -> zlib:set_controlling_process(zlib:open(), foo) end]).

bits() -> [-15, -9, -8, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 39, 40, 47].

owners() ->
    Z = zlib:open(),
    erlang:display(elsewhere(fun() -> zlib:inflateInit(Z) end)),
    Self = self(),
    Owner = spawn_link(fun() ->
                           receive go -> ok end,
                           Self ! {self(), outcome(fun() -> zlib:inflateInit(Z) end)},
                           receive stop -> ok end
                       end),
    ok = zlib:set_controlling_process(Z, Owner),
    Owner ! go,
    receive {Owner, Outcome} -> erlang:display(Outcome) end,
    erlang:display(outcome(fun() -> zlib:inflate(Z, []) end)),
    Owner ! stop.

elsewhere(Fun) ->
    Self = self(),
    spawn_link(fun() -> Self ! {outcome, outcome(Fun)} end),
    receive {outcome, Outcome} -> Outcome end.

failing(Funs) -> [erlang:display(outcome(Fun)) || Fun <- Funs].

outcome(Fun) ->
    try
        Fun()
    catch
        Class:Reason:Stack ->
            [{M, F, _, _} | _] = Stack,
            {Class, Reason, M, F}
    end.
