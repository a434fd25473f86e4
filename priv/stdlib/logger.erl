%% Stand-in for OTP's logger, whose handlers write to files and terminals with processes, overload protection and
%% configuration files around them. Here a log event becomes one record of the host's log; its level goes along, and the
%% host adds time and colour. Levels, metadata, filters and handlers work as in OTP; there is one handler to begin with,
%% `default`, which is this module.
-module(logger).

-export([log/2, log/3, log/4, allow/2, macro_log/3, macro_log/4, macro_log/5]).
-export([debug/1, debug/2, debug/3, info/1, info/2, info/3, notice/1, notice/2, notice/3]).
-export([warning/1, warning/2, warning/3, error/1, error/2, error/3, critical/1, critical/2, critical/3]).
-export([alert/1, alert/2, alert/3, emergency/1, emergency/2, emergency/3]).
-export([get_process_metadata/0, set_process_metadata/1, update_process_metadata/1, unset_process_metadata/0]).
-export([get_primary_config/0, set_primary_config/1, set_primary_config/2, update_primary_config/1]).
-export([add_primary_filter/2, remove_primary_filter/1]).
-export([add_handler/3, add_handlers/1, remove_handler/1, add_handler_filter/3, remove_handler_filter/2]).
-export([get_handler_ids/0, get_handler_config/0, get_handler_config/1, set_handler_config/2, set_handler_config/3]).
-export([update_handler_config/2, update_handler_config/3]).
-export([get_module_level/0, get_module_level/1, set_module_level/2, unset_module_level/0, unset_module_level/1]).
-export([set_application_level/2, unset_application_level/1]).
-export([report_crash/3]).
-export([get_config/0, compare_levels/2, timestamp/0, format_report/1, format_otp_report/1, filter_stacktrace/2]).

-define(PRIMARY, {?MODULE, primary}).
-define(HANDLERS, {?MODULE, handlers}).
-define(MODULE_LEVELS, {?MODULE, module_levels}).
-define(JOURNAL, elixir_workers_replay).
-define(PROCESS_METADATA, '$logger_metadata$').
%% How Elixir before 1.15 names the default handler; Logger.configure/1 sets the `config` of that to what it is.
-define(LOGGER, 'Elixir.Logger').

%% ---- logging ----

log(Level, Report) -> log_if_allowed(#{}, Level, Report, #{}).

log(Level, Format, Args) when is_list(Args) -> log_if_allowed(#{}, Level, {Format, Args}, #{});
log(Level, Report, Metadata) -> log_if_allowed(#{}, Level, Report, Metadata).

log(Level, Format, Args, Metadata) -> log_if_allowed(#{}, Level, {Format, Args}, Metadata).

%% What the macros of logger.hrl and Elixir's Logger call once allow/2 has said yes.
macro_log(Location, Level, Message) -> event(Location, Level, Message, #{}).

macro_log(Location, Level, Format, Args) when is_list(Args) -> event(Location, Level, {Format, Args}, #{});
macro_log(Location, Level, Message, Metadata) -> event(Location, Level, Message, Metadata).

macro_log(Location, Level, Format, Args, Metadata) -> event(Location, Level, {Format, Args}, Metadata).

debug(Message) -> log(debug, Message).
debug(Message, More) -> log(debug, Message, More).
debug(Format, Args, Metadata) -> log(debug, Format, Args, Metadata).
info(Message) -> log(info, Message).
info(Message, More) -> log(info, Message, More).
info(Format, Args, Metadata) -> log(info, Format, Args, Metadata).
notice(Message) -> log(notice, Message).
notice(Message, More) -> log(notice, Message, More).
notice(Format, Args, Metadata) -> log(notice, Format, Args, Metadata).
warning(Message) -> log(warning, Message).
warning(Message, More) -> log(warning, Message, More).
warning(Format, Args, Metadata) -> log(warning, Format, Args, Metadata).
error(Message) -> log(error, Message).
error(Message, More) -> log(error, Message, More).
error(Format, Args, Metadata) -> log(error, Format, Args, Metadata).
critical(Message) -> log(critical, Message).
critical(Message, More) -> log(critical, Message, More).
critical(Format, Args, Metadata) -> log(critical, Format, Args, Metadata).
alert(Message) -> log(alert, Message).
alert(Message, More) -> log(alert, Message, More).
alert(Format, Args, Metadata) -> log(alert, Format, Args, Metadata).
emergency(Message) -> log(emergency, Message).
emergency(Message, More) -> log(emergency, Message, More).
emergency(Format, Args, Metadata) -> log(emergency, Format, Args, Metadata).

%% The machine calls it when an exception ends a process, or one has more than its max_heap_size.
report_crash(Pid, Leader, Event) ->
    Metadata = #{pid => Pid, gl => Leader, error_logger => #{tag => error, emulator => true}},
    {Format, Arguments} = crash(Pid, Event),
    log(error, Format, Arguments, Metadata).

%% Since OTP 27 there is a stack trace among the arguments.
crash(_, {max_heap_size, Arguments}) ->
    Format =
        "     Process:            ~p ~n     Context:            maximum heap size reached~n"
        "     Max Heap Size:      ~p~n     Total Heap Size:    ~p~n     Kill:               ~p~n"
        "     Error Logger:       ~p~n     Message Queue Len:  ~p~n     GC Info:            ~p~n",
    {Format ++ ["     Stacktrace:         ~p~n" || length(Arguments) > 7], Arguments};
crash(Pid, Reason) ->
    {"Error in process ~p with exit value:~n~p~n", [Pid, Reason]}.

log_if_allowed(Location, Level, Message, Metadata) ->
    case is_level(Level) andalso passes(Level, maps:get(level, get_primary_config())) of
        true -> event(Location, Level, Message, Metadata);
        false when is_atom(Level) -> ok
    end.

event(Location, Level, Message, Metadata) ->
    case message(Message, Metadata) of
        {Msg, Extra} ->
            Always = maps:get(metadata, get_primary_config(), #{}),
            Meta = lists:foldl(fun merge/2, defaults(), [Always, Location, process_metadata(), Metadata, Extra]),
            publish(#{level => Level, msg => Msg, meta => Meta});
        ignore ->
            ok
    end.

merge(New, Old) -> maps:merge(Old, New).

defaults() -> #{time => timestamp(), pid => self(), gl => group_leader()}.

process_metadata() ->
    case get(?PROCESS_METADATA) of
        undefined -> #{};
        Metadata -> Metadata
    end.

%% The forms a message comes in: a report, text, a format, or a function that makes one of them when it is wanted.
message({Fun, Args}, Metadata) when is_function(Fun, 1) -> lazy(Fun(Args), Metadata);
message({Format, Args}, _) when is_list(Args), (is_list(Format) orelse is_binary(Format) orelse is_atom(Format)) -> {{Format, Args}, #{}};
message({string, String}, _) -> {{string, String}, #{}};
message({report, Report}, _) -> {{report, Report}, #{}};
message(Report, _) when is_map(Report) -> {{report, Report}, #{}};
message([Pair | _] = Report, _) when is_tuple(Pair) -> {{report, Report}, #{}};
message(String, _) -> {{string, String}, #{}}.

lazy(ignore, _) -> ignore;
lazy({Message, Extra}, Metadata) when is_map(Extra) ->
    case message(Message, Metadata) of
        {Msg, Inner} -> {Msg, maps:merge(Inner, Extra)};
        ignore -> ignore
    end;
lazy(Message, Metadata) -> message(Message, Metadata).

publish(Event) ->
    #{filters := Filters, filter_default := Default} = get_primary_config(),
    case filtered(Filters, Event, Default) of
        stop -> ok;
        Passed -> lists:foreach(fun(Handler) -> handle(Handler, Passed) end, maps:values(handlers()))
    end.

handle(#{level := HandlerLevel, module := Module} = Handler, #{level := Level} = Event) ->
    case passes(Level, HandlerLevel) andalso filtered(maps:get(filters, Handler), Event, maps:get(filter_default, Handler)) of
        false -> ok;
        stop -> ok;
        Passed when Module =:= ?MODULE -> write(Passed, Handler);
        Passed -> call_handler(Module, Passed, Handler)
    end.

%% A handler that fails is taken out, as in OTP.
call_handler(Module, Event, #{id := Id} = Handler) ->
    try
        Module:log(Event, Handler),
        ok
    catch
        Class:Reason:Stack ->
            _ = remove_handler(Id),
            report(error, ["Log handler ", io_lib:format("~tp", [Id]), " was removed: ", io_lib:format("~tp", [{Class, Reason, Stack}])])
    end.

filtered([], Event, log) -> Event;
filtered([], _, stop) -> stop;
filtered([{_, {Fun, Extra}} | Rest], Event, Default) ->
    try Fun(Event, Extra) of
        stop -> stop;
        ignore -> filtered(Rest, Event, Default);
        Changed when is_map(Changed) -> Changed
    catch
        _:_ -> filtered(Rest, Event, Default)
    end.

%% ---- the handler that is always there ----

write(#{level := Level} = Event, Handler) ->
    case elixir_logger() of
        none -> write_text(Level, otp_text(Event, Handler));
        Module -> write_text(Level, elixir_text(Module, Event, Handler))
    end.

write_text(_, ignore) -> ok;
write_text(Level, Text) -> report(Level, Text).

%% Packed, by a rule of the packer, when an application uses Elixir's Logger. As text, because neither the packer nor the
%% compiler must take this for a call of that module.
elixir_logger() -> module_named(<<"atomvm_elixir_logger">>).

module_named(Name) ->
    Module = binary_to_atom(Name),
    case atomvm:has_module(Module) of
        true -> Module;
        false -> none
    end.

%% Formats and translators come from configuration and may fail; the event is told all the same.
elixir_text(Module, Event, Handler) ->
    try Module:format(Event, formatter(Handler))
    catch Class:Reason -> [io_lib:format("Logger's format failed with ~0tp~n", [{Class, Reason}]) | otp_text(Event, #{})]
    end.

%% The formatter that somebody has given to the handler.
formatter(#{formatter := {_, _} = Formatter}) -> Formatter;
formatter(_) -> none.

%% Progress reports of supervisors are not news.
otp_text(#{level := info, meta := #{domain := [otp, sasl | _]}}, _) -> ignore;
otp_text(Event, #{formatter := {Module, Config}}) -> Module:format(Event, Config);
otp_text(Event, _) -> [title(Event), text(Event)].

%% Reports of OTP that begin with details name themselves.
title(#{meta := #{logger_formatter := #{title := Title}}}) -> [Title, $\n];
title(_) -> [].

report(Level, Text) ->
    case unicode:characters_to_binary(Text) of
        Bytes when is_binary(Bytes) -> record(Level, Bytes);
        _ -> record(Level, iolist_to_binary(io_lib:format("~w", [Text])))
    end.

%% Where requests are replayed, a record leaves by the journal of the round (`ElixirWorkers.Replay`), which keeps its level.
record(Level, Bytes) ->
    case whereis(?JOURNAL) of
        Journal when is_pid(Journal), Journal =/= self() -> journal(Journal, Level, Bytes);
        _ -> atomvm_host:log(Level, Bytes)
    end.

journal(Journal, Level, Bytes) ->
    Reference = erlang:monitor(process, Journal),
    Journal ! {?JOURNAL, log, {self(), Reference}, Level, Bytes},
    receive
        {?JOURNAL, Reference} ->
            _ = erlang:demonitor(Reference, [flush]),
            ok;
        {'DOWN', Reference, process, _, _} ->
            atomvm_host:log(Level, Bytes)
    end.

text(#{msg := {string, String}}) -> String;
text(#{msg := {report, Report}, meta := #{report_cb := Callback}}) when is_function(Callback, 1) ->
    {Format, Args} = Callback(Report),
    io_lib:format(Format, Args);
text(#{msg := {report, Report}, meta := #{report_cb := Callback}}) when is_function(Callback, 2) ->
    Callback(Report, #{depth => unlimited, chars_limit => unlimited, single_line => false});
text(#{msg := {report, Report}}) ->
    {Format, Args} = format_report(Report),
    io_lib:format(Format, Args);
text(#{msg := {Format, Args}}) -> io_lib:format(Format, Args).

%% {Format, Args} of a report: its pairs, one on each line.
format_report(Report) when is_map(Report) -> format_report(maps:to_list(Report));
format_report([]) -> {"~tp", [[]]};
format_report(Report) when is_list(Report) ->
    {Formats, Args} = lists:foldr(fun format_item/2, {[], []}, Report),
    {lists:append(lists:join("~n", Formats)), Args};
format_report(Report) -> {"~tp", [Report]}.

format_item({Key, Value}, {Formats, Args}) -> {["    ~tp: ~tp" | Formats], [Key, Value | Args]};
format_item(Value, {Formats, Args}) -> {["    ~tp" | Formats], [Value | Args]}.

format_otp_report(#{label := _, report := Report}) -> format_report(Report);
format_otp_report(Report) -> format_report(Report).

%% ---- levels ----

level_number(none) -> -1;
level_number(emergency) -> 0;
level_number(alert) -> 1;
level_number(critical) -> 2;
level_number(error) -> 3;
level_number(warning) -> 4;
level_number(notice) -> 5;
level_number(info) -> 6;
level_number(debug) -> 7;
level_number(all) -> 10;
level_number(Other) -> erlang:error(badarg, [Other]).

is_level(Level) -> lists:member(Level, [emergency, alert, critical, error, warning, notice, info, debug]).

passes(Level, Limit) -> level_number(Level) =< level_number(Limit).

compare_levels(Level, Level) -> eq;
compare_levels(A, B) ->
    case level_number(A) < level_number(B) of
        true -> gt;
        false -> lt
    end.

allow(Level, Module) when is_atom(Module) ->
    Limit = maps:get(Module, module_levels(), undefined),
    passes(Level, case Limit of undefined -> maps:get(level, get_primary_config()); _ -> Limit end).

module_levels() -> persistent_term:get(?MODULE_LEVELS, #{}).

get_module_level() -> maps:to_list(module_levels()).

get_module_level(Module) when is_atom(Module) -> get_module_level([Module]);
get_module_level(Modules) -> [Pair || {Module, _} = Pair <- get_module_level(), lists:member(Module, Modules)].

set_module_level(Module, Level) when is_atom(Module) -> set_module_level([Module], Level);
set_module_level(Modules, Level) ->
    _ = level_number(Level),
    persistent_term:put(?MODULE_LEVELS, maps:merge(module_levels(), maps:from_list([{Module, Level} || Module <- Modules]))).

unset_module_level() -> persistent_term:put(?MODULE_LEVELS, #{}).

unset_module_level(Module) when is_atom(Module) -> unset_module_level([Module]);
unset_module_level(Modules) -> persistent_term:put(?MODULE_LEVELS, maps:without(Modules, module_levels())).

set_application_level(App, Level) -> with_modules(App, fun(Modules) -> set_module_level(Modules, Level) end).
unset_application_level(App) -> with_modules(App, fun unset_module_level/1).

with_modules(App, Fun) ->
    case application:get_key(App, modules) of
        {ok, Modules} -> Fun(Modules);
        undefined -> {error, {not_loaded, App}}
    end.

%% ---- metadata of a process ----

get_process_metadata() -> get(?PROCESS_METADATA).

set_process_metadata(Metadata) when is_map(Metadata) ->
    _ = put(?PROCESS_METADATA, Metadata),
    ok.

update_process_metadata(Metadata) when is_map(Metadata) -> set_process_metadata(maps:merge(process_metadata(), Metadata)).

unset_process_metadata() ->
    _ = erase(?PROCESS_METADATA),
    ok.

%% ---- configuration ----

get_primary_config() ->
    case persistent_term:get(?PRIMARY, none) of
        none ->
            Config = default_primary(),
            ok = store_primary(Config),
            Config;
        Config ->
            Config
    end.

%% OTP starts at `notice`, Elixir's Logger where it is configured to.
default_primary() ->
    Config = #{level => notice, filters => [], filter_default => log, metadata => #{}},
    case elixir_logger() of
        none -> Config;
        Module -> Module:primary(Config)
    end.

set_primary_config(Config) when is_map(Config) -> store_primary(maps:merge(default_primary(), Config)).
set_primary_config(Key, Value) -> store_primary((get_primary_config())#{Key => Value}).
update_primary_config(Config) when is_map(Config) -> store_primary(maps:merge(get_primary_config(), Config)).

store_primary(#{level := Level} = Config) ->
    _ = level_number(Level),
    persistent_term:put(?PRIMARY, Config).

add_primary_filter(Id, {Fun, _} = Filter) when is_function(Fun, 2) ->
    with_new_filter(Id, Filter, get_primary_config(), fun store_primary/1).

remove_primary_filter(Id) -> without_filter(Id, get_primary_config(), fun store_primary/1).

with_new_filter(Id, Filter, #{filters := Filters} = Config, Store) ->
    case lists:keymember(Id, 1, Filters) of
        true -> {error, {already_exist, Id}};
        false -> Store(Config#{filters => Filters ++ [{Id, Filter}]})
    end.

without_filter(Id, #{filters := Filters} = Config, Store) ->
    case lists:keymember(Id, 1, Filters) of
        true -> Store(Config#{filters => lists:keydelete(Id, 1, Filters)});
        false -> {error, {not_found, Id}}
    end.

handlers() ->
    case persistent_term:get(?HANDLERS, none) of
        none -> default_handlers();
        Handlers -> Handlers
    end.

%% Logger's configuration may want another one, or none.
default_handlers() ->
    Default = new_handler(default, ?MODULE),
    Handlers = case elixir_logger() of
                   none -> #{default => Default};
                   Module -> Module:handlers(Default)
               end,
    persistent_term:put(?HANDLERS, Handlers),
    Handlers.

new_handler(Id, Module) -> #{id => Id, module => Module, level => all, filters => [], filter_default => log, config => #{}}.

store_handler(#{id := Id, level := Level} = Handler) ->
    _ = level_number(Level),
    persistent_term:put(?HANDLERS, (handlers())#{Id => Handler}).

add_handler(Id, Module, Config) when is_atom(Id), is_atom(Module), is_map(Config) ->
    Handler = (maps:merge(new_handler(Id, Module), Config))#{id => Id, module => Module},
    case is_map_key(Id, handlers()) of
        true -> {error, {already_exist, Id}};
        false -> accepted(Module, adding_handler, [Handler], Handler)
    end.

%% The handlers in the environment of an application.
add_handlers(App) when is_atom(App) -> add_handlers(application:get_env(App, logger, []));
add_handlers(Entries) when is_list(Entries) ->
    lists:foldl(fun add_configured/2, ok, [{Id, Module, Config} || {handler, Id, Module, Config} <- Entries]).

add_configured({Id, Module, Config}, ok) -> add_handler(Id, Module, Config);
add_configured(_, Error) -> Error.

%% A handler's module may refuse or change what it gets.
accepted(Module, Callback, Args, Handler) ->
    case Module =/= ?MODULE andalso code:ensure_loaded(Module) =:= {module, Module} andalso erlang:function_exported(Module, Callback, length(Args)) of
        false -> store_handler(Handler);
        true ->
            case apply(Module, Callback, Args) of
                {ok, Accepted} -> store_handler(Accepted);
                {error, Reason} -> {error, {handler_not_added, Reason}}
            end
    end.

remove_handler(Id) ->
    with_handler(Id, fun(#{id := Own, module := Module} = Handler) ->
        persistent_term:put(?HANDLERS, maps:remove(Own, handlers())),
        case erlang:function_exported(Module, removing_handler, 1) of
            true -> Module:removing_handler(Handler);
            false -> ok
        end,
        ok
    end).

with_handler(Id, Fun) ->
    case handlers() of
        #{Id := Handler} -> Fun(Handler);
        #{default := Handler} when Id =:= ?LOGGER -> Fun(Handler);
        _ -> {error, {not_found, Id}}
    end.

add_handler_filter(Id, FilterId, {Fun, _} = Filter) when is_function(Fun, 2) ->
    with_handler(Id, fun(Handler) -> with_new_filter(FilterId, Filter, Handler, fun store_handler/1) end).

remove_handler_filter(Id, FilterId) ->
    with_handler(Id, fun(Handler) -> without_filter(FilterId, Handler, fun store_handler/1) end).

get_handler_ids() -> maps:keys(handlers()).
get_handler_config() -> maps:values(handlers()).
get_handler_config(Id) -> with_handler(Id, fun(Handler) -> {ok, Handler} end).

set_handler_config(?LOGGER, Config) -> update_handler_config(?LOGGER, Config);
set_handler_config(Id, Config) when is_map(Config) ->
    with_handler(Id, fun(#{module := Module}) -> store_handler((maps:merge(new_handler(Id, Module), Config))#{id => Id, module => Module}) end).

set_handler_config(Id, Key, Value) -> with_handler(Id, fun(Handler) -> store_handler(Handler#{Key => Value}) end).

update_handler_config(Id, Config) when is_map(Config) ->
    with_handler(Id, fun(#{id := Own, module := Module} = Handler) ->
        store_handler((maps:merge(Handler, Config))#{id => Own, module => Module})
    end).

update_handler_config(Id, Key, Value) -> set_handler_config(Id, Key, Value).

get_config() -> #{primary => get_primary_config(), handlers => get_handler_config(), proxy => #{}, module_levels => get_module_level()}.

%% ---- odds and ends ----

timestamp() -> os:system_time(microsecond).

%% The trace without the frames on top that belong to the given modules.
filter_stacktrace(Module, Stack) when is_atom(Module) -> filter_stacktrace([Module], Stack);
filter_stacktrace(Modules, [Frame | Rest]) when is_tuple(Frame) ->
    case lists:member(element(1, Frame), Modules) of
        true -> filter_stacktrace(Modules, Rest);
        false -> [Frame | Rest]
    end;
filter_stacktrace(_, Stack) -> Stack.
