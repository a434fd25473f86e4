%% Stand-in for OTP's logger_config, where OTP's logger keeps its levels. Elixir's Logger asks it directly since 1.15 or
%% so; the levels are those of the stand-in for logger.
-module(logger_config).

-export([allow/1, allow/2]).

allow(Level) -> logger:compare_levels(Level, maps:get(level, logger:get_primary_config())) =/= lt.

allow(Level, Module) -> logger:allow(Level, Module).
