%% What Elixir's Logger adds to the stand-in for logger: levels, formats and metadata of `config :logger`, and its way of
%% telling the reports of OTP. Packed when an application uses Logger.
%%
%% Formats come from `:default_formatter` (Elixir 1.15 and later) or `:console`. Without one there is no time and no
%% level in the text: the host has both.
-module(atomvm_elixir_logger).

-export([primary/1, format/1]).

-define(DEFAULT_FORMAT, <<"$metadata$message">>).
-define(COMPILED, {?MODULE, format}).

%% The primary configuration to begin with; Logger's own beginning is that everything is logged.
primary(Config) -> Config#{level => level(env(level, debug))}.

%% Levels of Elixir before 1.11.
level(warn) -> warning;
level(Level) -> Level.

env(Key, Default) -> application:get_env(logger, Key, Default).

%% The text of an event, or `ignore`.
format(#{level := Level, meta := Meta} = Event) ->
    case is_wanted(Meta) andalso passes(Level) andalso translated(Event) of
        false -> ignore;
        skip -> ignore;
        {Text, More} -> formatted(Level, Text, maps:merge(Meta, More))
    end.

is_wanted(#{domain := [otp, sasl | _]}) -> env(handle_sasl_reports, false);
is_wanted(#{domain := [otp | _]}) -> env(handle_otp_reports, true);
is_wanted(_) -> true.

%% The level of the handler that writes to the console.
passes(Level) ->
    Limit = option(level, debug),
    logger:compare_levels(Level, level(Limit)) =/= lt.

%% An option of the console: the older key wins where both are given, as in Logger.
option(Key, Default) ->
    case lists:keyfind(Key, 1, env(console, []) ++ env(default_formatter, [])) of
        {Key, Value} -> Value;
        false -> Default
    end.

%% ---- translation: Logger.Translator and those that are configured ----

translated(#{level := Level, msg := Message, meta := Meta}) ->
    case asked(Message, Meta) of
        none -> {text(Message, Meta), #{}};
        {Kind, Data} -> translate(translators(), Level, Kind, Data, Message, Meta)
    end.

asked({string, _}, _) -> none;
asked({report, #{label := Label, report := Report} = Whole}, _) when map_size(Whole) =:= 2 -> {report, {Label, Report}};
asked({report, #{label := {error_logger, _}, format := Format, args := Args}}, _) -> {format, {Format, Args}};
asked({report, Report}, _) -> {report, {logger, Report}};
asked({Format, Args}, _) -> {format, {Format, Args}}.

translators() ->
    Own = env(translators, []),
    Default = {'Elixir.Logger.Translator', translate},
    [Each || Each <- Own, Each =/= Default] ++ [Default].

translate([], _, _, _, Message, Meta) -> {text(Message, Meta), #{}};
translate([{Module, Function} | Rest], Level, Kind, Data, Message, Meta) ->
    case translation(Module, Function, [maps:get(level, logger:get_primary_config()), Level, Kind, Data]) of
        {ok, Text} -> {Text, #{}};
        {ok, Text, More} -> {Text, maps:from_list(More)};
        skip -> skip;
        none -> translate(Rest, Level, Kind, Data, Message, Meta)
    end.

translation('Elixir.Logger.Translator', translate, [Min, Level, Kind, Data]) -> 'Elixir.Logger.Translator':translate(Min, Level, Kind, Data);
translation(Module, Function, Args) -> apply(Module, Function, Args).

text({string, String}, _) -> String;
text({report, Report}, #{report_cb := Callback}) when is_function(Callback, 1) ->
    {Format, Args} = Callback(Report),
    io_lib:format(Format, Args);
text({report, Report}, #{report_cb := Callback}) when is_function(Callback, 2) ->
    Callback(Report, #{depth => unlimited, chars_limit => unlimited, single_line => false});
text({report, Report}, _) when is_map(Report) -> 'Elixir.Kernel':inspect(maps:to_list(Report));
text({report, Report}, _) -> 'Elixir.Kernel':inspect(Report);
text({Format, Args}, _) -> io_lib:format(Format, Args).

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

metadata(all, Meta) -> lists:sort(maps:to_list(Meta));
metadata(Keys, Meta) -> [{Key, maps:get(Key, Meta)} || Key <- Keys, is_map_key(Key, Meta)].

%% As Logger.Formatter has it: {{Year, Month, Day}, {Hour, Minute, Second, Millisecond}}, and the worker's time is UTC.
timestamp(#{time := Time}) ->
    {Date, {Hour, Minute, Second}} = calendar:system_time_to_universal_time(Time, microsecond),
    {Date, {Hour, Minute, Second, Time div 1000 rem 1000}}.
