%% Stand-in for OTP's error_handler, which loads a module when one of its functions is first called. The machine does that
%% itself; what is left are modules that answer for functions they do not have.
-module(error_handler).

-export([undefined_function/3, undefined_lambda/3, raise_undef_exception/3]).

undefined_function(Module, Name, Args) ->
    case erlang:function_exported(Module, Name, length(Args)) of
        true -> apply(Module, Name, Args);
        false -> ask_module(Module, Name, Args)
    end.

ask_module(Module, Name, Args) ->
    case erlang:function_exported(Module, '$handle_undefined_function', 2) of
        true -> Module:'$handle_undefined_function'(Name, Args);
        false -> raise_undef_exception(Module, Name, Args)
    end.

undefined_lambda(_, Fun, Args) -> erlang:error({badfun, Fun}, [Fun, Args]).

raise_undef_exception(Module, Name, Args) ->
    {current_stacktrace, Stack} = process_info(self(), current_stacktrace),
    erlang:raise(error, undef, [{Module, Name, Args, []} | Stack]).
