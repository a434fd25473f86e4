%% Reports are told as deep as kernel's environment wants, and at least ten levels.
-module(otp_format_depth).
-export([start/0]).

start() ->
    Before = application:get_env(kernel, error_logger_format_depth),
    Report = #{label => {supervisor, error}, report => [{supervisor, {local, sup}}, {errorContext, x}, {reason, lists:seq(1, 40)}, {offender, [{id, x}]}]},
    [begin
         application:set_env(kernel, error_logger_format_depth, Depth),
         erlang:display({Depth, error_logger:get_format_depth(), error_logger:limit_term(lists:seq(1, 40))}),
         erlang:display(supervisor:format_log(Report))
     end || Depth <- [30, 3, unlimited]],
    case Before of
        {ok, Value} -> application:set_env(kernel, error_logger_format_depth, Value);
        undefined -> application:unset_env(kernel, error_logger_format_depth)
    end.
