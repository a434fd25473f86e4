%% Stand-in for OTP's rpc, which runs functions on other nodes. There are none: calls to this node are made here, and every
%% other node is down.
-module(rpc).

-export([call/4, call/5, block_call/4, block_call/5, cast/4, block_cast/4]).
-export([multicall/3, multicall/4, multicall/5, eval_everywhere/3, eval_everywhere/4, abcast/2, abcast/3, sbcast/2, sbcast/3]).
-export([async_call/4, yield/1, nb_yield/1, nb_yield/2, pmap/3, parallel_eval/1, server_call/4]).

call(Node, Module, Function, Args) -> call(Node, Module, Function, Args, infinity).

call(Node, Module, Function, Args, infinity) when Node =:= node() -> result(Module, Function, Args);
call(Node, Module, Function, Args, Timeout) when Node =:= node() ->
    case nb_yield(async_call(Node, Module, Function, Args), Timeout) of
        {value, Value} -> Value;
        timeout -> {badrpc, timeout}
    end;
call(Node, _, _, _, _) when is_atom(Node) -> {badrpc, nodedown}.

%% A throw is a value, as ever in rpc.
result(Module, Function, Args) ->
    try
        apply(Module, Function, Args)
    catch
        throw:Value -> Value;
        exit:Reason -> {badrpc, {'EXIT', Reason}};
        error:Reason:Stack -> {badrpc, {'EXIT', {Reason, Stack}}}
    end.

block_call(Node, Module, Function, Args) -> call(Node, Module, Function, Args).
block_call(Node, Module, Function, Args, Timeout) -> call(Node, Module, Function, Args, Timeout).

cast(Node, Module, Function, Args) when Node =:= node() ->
    _ = spawn(Module, Function, Args),
    true;
cast(Node, _, _, _) when is_atom(Node) -> true.

block_cast(Node, Module, Function, Args) -> cast(Node, Module, Function, Args).

multicall(Module, Function, Args) -> multicall([node()], Module, Function, Args).
multicall(Nodes, Module, Function, Args) when is_list(Nodes) -> multicall(Nodes, Module, Function, Args, infinity);
multicall(Module, Function, Args, Timeout) -> multicall([node()], Module, Function, Args, Timeout).

multicall(Nodes, Module, Function, Args, Timeout) ->
    {Here, Down} = lists:partition(fun(Node) -> Node =:= node() end, Nodes),
    {[call(Node, Module, Function, Args, Timeout) || Node <- Here], Down}.

eval_everywhere(Module, Function, Args) -> eval_everywhere([node()], Module, Function, Args).

eval_everywhere(Nodes, Module, Function, Args) ->
    lists:foreach(fun(Node) -> cast(Node, Module, Function, Args) end, Nodes),
    abcast.

abcast(Name, Message) -> abcast([node()], Name, Message).

abcast(Nodes, Name, Message) ->
    [catch Name ! Message || Node <- Nodes, Node =:= node()],
    abcast.

sbcast(Name, Message) -> sbcast([node()], Name, Message).

sbcast(Nodes, Name, Message) ->
    {Good, Bad} = lists:partition(fun(Node) -> Node =:= node() andalso whereis(Name) =/= undefined end, Nodes),
    _ = abcast(Good, Name, Message),
    {Good, Bad}.

async_call(Node, Module, Function, Args) ->
    Caller = self(),
    spawn(fun() -> Caller ! {self(), {promise_reply, call(Node, Module, Function, Args)}} end).

yield(Key) ->
    {value, Value} = nb_yield(Key, infinity),
    Value.

nb_yield(Key) -> nb_yield(Key, 0).

nb_yield(Key, Timeout) ->
    receive
        {Key, {promise_reply, Value}} -> {value, Value}
    after Timeout -> timeout
    end.

pmap({Module, Function}, ExtraArgs, List) -> parallel_eval([{Module, Function, [Element | ExtraArgs]} || Element <- List]).

parallel_eval(Calls) ->
    Keys = [async_call(node(), Module, Function, Args) || {Module, Function, Args} <- Calls],
    [yield(Key) || Key <- Keys].

server_call(Node, Name, ReplyWrapper, Message) when Node =:= node() ->
    case whereis(Name) of
        undefined -> {error, nodedown};
        Server ->
            Monitor = monitor(process, Server),
            Server ! {self(), Message},
            receive
                {ReplyWrapper, _, Reply} ->
                    demonitor(Monitor, [flush]),
                    Reply;
                {'DOWN', Monitor, process, _, _} ->
                    {error, nodedown}
            end
    end;
server_call(_, _, _, _) -> {error, nodedown}.
