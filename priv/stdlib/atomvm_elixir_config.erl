%% What Elixir's own process elixir_config does, which nobody starts here: settings are changed where they are asked for.
%% Packed when something that is reached changes one.
-module(atomvm_elixir_config).

-export([put/2, update/2, get_and_put/2, serial/1]).
-compile({no_auto_import, [put/2]}).

put(Key, Value) ->
    true = ets:insert(elixir_config, {Key, Value}),
    ok.

update(Key, Fun) ->
    Value = Fun(elixir_config:get(Key)),
    ok = put(Key, Value),
    Value.

get_and_put(Key, Value) ->
    Before = elixir_config:get(Key),
    ok = put(Key, Value),
    Before.

serial(Fun) -> Fun().
