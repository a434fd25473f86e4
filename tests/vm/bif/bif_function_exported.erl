%% Asking for functions and modules.
-module(bif_function_exported).
-export([start/0]).

start() ->
    erlang:display(erlang:function_exported(?MODULE, start, 0)),
    erlang:display(erlang:function_exported(?MODULE, start, 1)),
    erlang:display(erlang:function_exported(no_such_module, start, 0)),
    erlang:display(lists:sort(?MODULE:module_info(exports))),
    erlang:display(?MODULE:module_info(module)),
    erlang:display(erlang:is_builtin(erlang, length, 1)).
