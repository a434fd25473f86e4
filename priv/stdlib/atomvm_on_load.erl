%% Runs the `-on_load` functions of the application and of its dependencies before anything else, as a release does, which loads
%% all modules first. Packed when there is one.
%%
%%     atomvm/on_load.bin    [{Module, Function}], dependencies first
-module(atomvm_on_load).

-export([run/0, functions/0]).

-spec run() -> ok.
run() -> lists:foreach(fun run/1, functions()).

-spec functions() -> [{module(), atom()}].
functions() ->
    case atomvm:read_file(<<"atomvm/on_load.bin">>) of
        {ok, Bytes} -> binary_to_term(Bytes);
        _ -> []
    end.

%% In a process of its own, like OTP's. There a module is not loaded when its function fails; here it stays, with the
%% Erlang that stands in for what a native library would have brought.
run({Module, Function}) ->
    {Pid, Monitor} = spawn_monitor(fun() -> exit({returned, atomvm:call_local(Module, Function)}) end),
    receive
        {'DOWN', Monitor, process, Pid, {returned, ok}} -> ok;
        {'DOWN', Monitor, process, Pid, {returned, Result}} ->
            logger:warning("The on_load function for module ~s returned:~n~p~n", [Module, Result]);
        {'DOWN', Monitor, process, Pid, _} -> ok
    end.
