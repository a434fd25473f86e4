%% Stand-in for OTP's error_logger, the older face of logger with an event manager of its own. Everything goes to the
%% stand-in for logger.
-module(error_logger).

-export([error_msg/1, error_msg/2, format/2, error_report/1, error_report/2]).
-export([warning_msg/1, warning_msg/2, warning_report/1, warning_report/2, warning_map/0]).
-export([info_msg/1, info_msg/2, info_report/1, info_report/2, error_info/1]).
-export([tty/1, logfile/1, add_report_handler/1, add_report_handler/2, delete_report_handler/1]).
-export([get_format_depth/0, limit_term/1]).

error_msg(Format) -> error_msg(Format, []).
error_msg(Format, Args) -> logger:log(error, Format, Args).
format(Format, Args) -> error_msg(Format, Args).
error_report(Report) -> error_report(std_error, Report).
error_report(Type, Report) -> report(error, Type, Report).

warning_msg(Format) -> warning_msg(Format, []).
warning_msg(Format, Args) -> logger:log(warning, Format, Args).
warning_report(Report) -> warning_report(std_warning, Report).
warning_report(Type, Report) -> report(warning, Type, Report).
warning_map() -> warning.

info_msg(Format) -> info_msg(Format, []).
info_msg(Format, Args) -> logger:log(notice, Format, Args).
info_report(Report) -> info_report(std_info, Report).
info_report(Type, Report) -> report(notice, Type, Report).
error_info(Reason) -> error_report(Reason).

report(Level, Type, Report) when is_list(Report); is_map(Report) ->
    logger:log(Level, fun({_, Items}) -> text_or_report(Items) end, {Type, Report}, #{});
report(Level, Type, Report) ->
    logger:log(Level, "~tp: ~tp", [Type, Report]).

text_or_report(Items) ->
    case io_lib:printable_unicode_list(Items) of
        true -> {string, Items};
        false -> {report, Items}
    end.

%% Where the log goes is the host's choice.
tty(_) -> ok.
logfile(_) -> {error, enotsup}.
add_report_handler(_) -> {error, enotsup}.
add_report_handler(_, _) -> {error, enotsup}.
delete_report_handler(_) -> {error, module_not_found}.

%% How deep terms are told, by kernel's environment; the least is 10.
get_format_depth() ->
    case application:get_env(kernel, error_logger_format_depth) of
        {ok, Depth} when is_integer(Depth) -> max(10, Depth);
        _ -> unlimited
    end.

limit_term(Term) ->
    case get_format_depth() of
        unlimited -> Term;
        Depth -> io_lib:limit_term(Term, Depth)
    end.
