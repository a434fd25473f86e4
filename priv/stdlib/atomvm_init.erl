%% The first process of an application: sets up what OTP's own start would have, then calls Module:start().
-module(atomvm_init).

-export([boot/1]).

%% Returns what Module:start() returns; the machine ends when the first process does.
-spec boot(module()) -> term().
boot(Module) ->
    User = atomvm_io:start(user, stdout),
    _ = atomvm_io:start(standard_error, stderr),
    true = group_leader(User, self()),
    elixir_settings(atomvm:has_module(elixir_config)),
    Module:start().

%% The part of Elixir's own start that its libraries read at run time: the ports that URI knows. The table ends with the
%% first process, as the machine does.
elixir_settings(false) -> ok;
elixir_settings(true) ->
    elixir_config = ets:new(elixir_config, [named_table, public, {read_concurrency, true}]),
    Ports = [{<<"ftp">>, 21}, {<<"http">>, 80}, {<<"https">>, 443}, {<<"ldap">>, 389}, {<<"sftp">>, 22}, {<<"tftp">>, 69},
             {<<"ws">>, 80}, {<<"wss">>, 443}],
    true = ets:insert(elixir_config, [{{uri, Scheme}, Port} || {Scheme, Port} <- Ports]),
    ok.
