%% What Elixir's Logger adds to the stand-in for logger: levels, formats and metadata of `config :logger`, and its way of
%% telling the reports of OTP. Packed when an application uses Logger.
%%
%% Formats come from `:default_formatter` (Elixir 1.15 and later) or `:console`. Without one there is no time and no
%% level in the text: the host has both.
-module(atomvm_elixir_logger).

-export([primary/1, handlers/1, format/2]).
-export([configure/1, add_translator/1, remove_translator/1, process_level/2]).

-define(DEFAULT_FORMAT, <<"$metadata$message">>).
-define(COMPILED, {?MODULE, format}).

%% The primary configuration to begin with; Logger's own beginning is that everything is logged.
primary(Config) ->
    Filters = [{logger_process_level, {fun ?MODULE:process_level/2, []}}],
    Config#{level => level(env(level, debug)), metadata => maps:from_list(env(metadata, [])), filters => Filters}.

%% @private What Logger.put_process_level/2 has set (Elixir 1.15).
process_level(#{level := Level}, _) ->
    Limit = get(logger_level),
    case Limit =/= undefined andalso logger:compare_levels(Level, Limit) of
        lt -> stop;
        _ -> ignore
    end.

%% The handlers to begin with: `default`, unless `default_handler: false` or backends without `:console` say that there is none.
handlers(Default) ->
    case env(default_handler, console_handler(lists:member(console, env(backends, [console])))) of
        false -> #{};
        nil -> #{};
        Options -> #{default => handler(maps:from_list(Options), Default)}
    end.

console_handler(false) -> false;
console_handler(true) -> [{level, option(level, all)}].

%% OTP's own handler for a console or a file is the host's log.
handler(Options, Default) ->
    Module = case Options of
                 #{module := Other} when Other =/= logger_std_h, Other =/= logger_disk_log_h -> Other;
                 _ -> maps:get(module, Default)
             end,
    Level = level(maps:get(level, Options, all)),
    Given = maps:with([filters, filter_default, formatter], Options),
    maps:merge(Default, Given#{module => Module, level => Level, config => configured(maps:get(config, Options, #{}))}).

configured(Config) when is_list(Config) -> maps:from_list(Config);
configured(Config) -> Config.

%% ---- while the application runs: what Logger.Config does (Elixir 1.14) ----

configure(Options) -> lists:foreach(fun configure_one/1, Options).

configure_one({level, Level}) -> logger:set_primary_config(level, level(Level));
configure_one({Key, Value}) -> application:set_env(logger, Key, Value).

add_translator(Translator) -> application:set_env(logger, translators, [Translator | lists:delete(Translator, env(translators, []))]).
remove_translator(Translator) -> application:set_env(logger, translators, lists:delete(Translator, env(translators, []))).

%% Levels of Elixir before 1.11.
level(warn) -> warning;
level(Level) -> Level.

env(Key, Default) -> application:get_env(logger, Key, Default).

%% The text of an event by this formatter, `{Module, Config}` or `none` for what is configured; or `ignore`.
format(#{level := Level, meta := Meta} = Event, Formatter) ->
    case is_wanted(Meta) andalso translated(Event) of
        false -> ignore;
        skip -> ignore;
        {Text, More} when Formatter =:= none -> formatted(Level, Text, maps:merge(Meta, More));
        untranslated when Formatter =:= none -> formatted(Level, text(maps:get(msg, Event), Meta), Meta);
        Translation -> by_formatter(Event, Translation, Formatter)
    end.

%% It gets the translation as text, and what was not translated as it is.
by_formatter(Event, untranslated, {Module, Config}) -> Module:format(Event, Config);
by_formatter(#{meta := Meta} = Event, {Text, More}, {Module, Config}) ->
    Module:format(Event#{msg := {string, Text}, meta := maps:merge(Meta, More)}, Config).

is_wanted(#{domain := [otp, sasl | _]}) -> env(handle_sasl_reports, false);
is_wanted(#{domain := [otp | _]}) -> env(handle_otp_reports, true);
is_wanted(_) -> true.

%% An option of the console: the older key wins where both are given, as in Logger.
option(Key, Default) ->
    case lists:keyfind(Key, 1, env(console, []) ++ env(default_formatter, [])) of
        {Key, Value} -> Value;
        false -> Default
    end.

%% ---- translation: Logger.Translator and those that are configured ----

translated(#{level := Level, msg := Message, meta := Meta}) ->
    case asked(Message, Meta) of
        none -> untranslated;
        {Kind, Data} -> translate(translators(), Level, Kind, Data)
    end.

asked({string, _}, _) -> none;
asked({report, #{label := Label, report := Report} = Whole}, _) when map_size(Whole) =:= 2 -> {report, {Label, Report}};
asked({report, #{label := {error_logger, _}, format := Format, args := Args}}, _) -> {format, {Format, Args}};
asked({report, Report}, _) -> {report, {logger, Report}};
asked({Format, Args}, _) -> {format, {Format, Args}}.

%% Logger's own comes last, wherever configuration has it.
translators() ->
    Own = env(translators, []),
    Default = {'Elixir.Logger.Translator', translate},
    [Each || Each <- Own, Each =/= Default] ++ [Default].

translate([], _, _, _) -> untranslated;
translate([{Module, Function} | Rest], Level, Kind, Data) ->
    case translation(Module, Function, [maps:get(level, logger:get_primary_config()), Level, Kind, Data]) of
        {ok, Text} -> {Text, #{}};
        {ok, Text, More} -> {Text, maps:from_list(More)};
        skip -> skip;
        none -> translate(Rest, Level, Kind, Data)
    end.

translation('Elixir.Logger.Translator', translate, [Min, Level, Kind, Data]) -> 'Elixir.Logger.Translator':translate(Min, Level, Kind, Data);
translation(Module, Function, Args) -> apply(Module, Function, Args).

text({string, String}, _) -> String;
text({report, Report}, #{report_cb := Callback}) when is_function(Callback, 1) ->
    {Format, Args} = Callback(Report),
    io_lib:format(Format, Args);
text({report, Report}, #{report_cb := Callback}) when is_function(Callback, 2) ->
    Callback(Report, #{depth => unlimited, chars_limit => unlimited, single_line => false});
text({report, Report}, _) when is_map(Report) -> inspected(maps:to_list(Report));
text({report, Report}, _) -> inspected(Report);
text({Format, Args}, _) -> io_lib:build_text('Elixir.Logger.Utils':scan_inspect(Format, Args, env(truncate, 8096))).

inspected(Report) -> 'Elixir.Kernel':inspect(Report, env(translator_inspect_opts, [])).

%% ---- format ----

formatted(Level, Text, Meta) -> 'Elixir.Logger.Formatter':format(pattern(), Level, Text, timestamp(Meta), metadata(option(metadata, []), Meta)).

pattern() ->
    case persistent_term:get(?COMPILED, none) of
        none ->
            Pattern = 'Elixir.Logger.Formatter':compile(option(format, ?DEFAULT_FORMAT)),
            persistent_term:put(?COMPILED, Pattern),
            Pattern;
        Pattern ->
            Pattern
    end.

metadata(all, Meta) -> lists:sort(maps:to_list(named(Meta)));
metadata(Keys, Meta) ->
    Named = named(Meta),
    [{Key, maps:get(Key, Named)} || Key <- Keys, is_map_key(Key, Named)].

%% Where a message comes from, in the names that Logger has for it.
named(#{mfa := {Module, Function, Arity}} = Meta) ->
    Name = <<(atom_to_binary(Function))/binary, $/, (integer_to_binary(Arity))/binary>>,
    maps:merge(#{module => Module, function => Name}, Meta);
named(Meta) -> Meta.

%% As Logger.Formatter has it: {{Year, Month, Day}, {Hour, Minute, Second, Millisecond}}, and the worker's time is UTC.
timestamp(#{time := Time}) ->
    {Date, {Hour, Minute, Second}} = calendar:system_time_to_universal_time(Time, microsecond),
    {Date, {Hour, Minute, Second, Time div 1000 rem 1000}}.
