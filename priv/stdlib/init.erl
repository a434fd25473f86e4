%% Stand-in for OTP's init, which is the first process of an emulator and reads its command line and boot script. Here
%% atomvm_init has that place; what is left is asked for by libraries.
-module(init).

-export([get_argument/1, get_arguments/0, get_plain_arguments/0, get_status/0]).
-export([script_id/0, script_name/0, notify_when_started/1, wait_until_started/0]).
-export([stop/0, stop/1, restart/0, restart/1, ensure_loaded/1]).
-export([archive_extension/0, objfile_extension/0, code_path_choice/0]).

%% The machine has no flags of an emulator.
get_argument(_) -> error.
get_arguments() -> [].
get_plain_arguments() -> [unicode:characters_to_list(Argument) || Argument <- atomvm:arguments()].

get_status() -> {started, started}.
script_id() -> {"hatch-elixir-workers", erlang:system_info(version)}.
script_name() -> [].
notify_when_started(Pid) when is_pid(Pid) -> started.
wait_until_started() -> ok.

%% Like OTP's, it returns at once, and the end comes on its own.
stop() -> stop(0).

stop(Status) ->
    _ = spawn(fun() -> halt(Status) end),
    ok.

%% A machine that ends is started again by what it runs in, when it is wanted.
restart() -> stop().
restart(_) -> stop().

ensure_loaded(Module) -> code:ensure_loaded(Module).

archive_extension() -> ".avm".
objfile_extension() -> ".beam".
code_path_choice() -> strict.
