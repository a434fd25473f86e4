%% Stand-in for OTP's code server, which searches directories and loads files. Here all code is in one archive that never
%% changes: every module of it counts as loaded, and there are no others.
-module(code).

-export([ensure_loaded/1, ensure_modules_loaded/1, load_file/1, is_loaded/1, which/1, where_is_file/1]).
-export([all_loaded/0, all_available/0, module_status/0, module_status/1, modified_modules/0]).
-export([get_mode/0, get_path/0, set_path/1, add_path/1, add_patha/1, add_pathz/1, add_paths/1, add_pathsa/1, add_pathsz/1, del_path/1]).
-export([get_object_code/1, get_doc/1, load_binary/3, load_abs/1, delete/1, purge/1, soft_purge/1]).
-export([root_dir/0, lib_dir/0, lib_dir/1, lib_dir/2, priv_dir/1, compiler_dir/0, objfile_extension/0]).
-export([is_sticky/1, stick_mod/1, unstick_mod/1, clash/0]).

ensure_loaded(Module) when is_atom(Module) ->
    case erlang:module_loaded(Module) of
        true -> {module, Module};
        false -> {error, nofile}
    end.

ensure_modules_loaded(Modules) ->
    case [{Module, nofile} || Module <- Modules, not erlang:module_loaded(Module)] of
        [] -> ok;
        Missing -> {error, Missing}
    end.

load_file(Module) -> ensure_loaded(Module).
load_abs(_) -> {error, nofile}.

%% Code cannot be added to a running machine.
load_binary(Module, _, _) when is_atom(Module) -> {error, notsup}.

is_loaded(Module) when is_atom(Module) ->
    case erlang:module_loaded(Module) of
        true -> {file, file_of(Module)};
        false -> false
    end.

which(Module) when is_atom(Module) ->
    case erlang:module_loaded(Module) of
        true -> file_of(Module);
        false -> non_existing
    end.

%% Files of modules are named, for messages, but cannot be read.
file_of(erlang) -> preloaded;
file_of(Module) -> atom_to_list(Module) ++ objfile_extension().

where_is_file(_) -> non_existing.

all_loaded() -> [{Module, file_of(Module)} || Module <- atomvm:modules()].
all_available() -> [{atom_to_list(Module), file_of(Module), true} || Module <- atomvm:modules()].
module_status() -> [{Module, loaded} || Module <- atomvm:modules()].

module_status(Modules) when is_list(Modules) -> [{Module, module_status(Module)} || Module <- Modules];
module_status(Module) ->
    case erlang:module_loaded(Module) of
        true -> loaded;
        false -> not_loaded
    end.

modified_modules() -> [].

get_mode() -> embedded.

get_path() -> [].
set_path(_) -> {error, bad_path}.
add_path(_) -> {error, bad_directory}.
add_patha(_) -> {error, bad_directory}.
add_pathz(_) -> {error, bad_directory}.
add_paths(_) -> ok.
add_pathsa(_) -> ok.
add_pathsz(_) -> ok.
del_path(_) -> false.

get_object_code(Module) when is_atom(Module) -> error.
get_doc(Module) when is_atom(Module) -> {error, missing}.

delete(Module) when is_atom(Module) -> false.
purge(Module) when is_atom(Module) -> false.
soft_purge(Module) when is_atom(Module) -> true.

root_dir() -> "/".
lib_dir() -> "/".

%% An application has a directory when the archive holds files of it: they are what the stand-in for `file` reads.
lib_dir(App) when is_atom(App) -> lib_dir(atom_to_list(App));
lib_dir(App) ->
    Prefix = unicode:characters_to_binary([App, $/]),
    case [found || Name <- atomvm:files(), binary:longest_common_prefix([Prefix, Name]) =:= byte_size(Prefix)] of
        [] -> {error, bad_name};
        _ -> "/" ++ App
    end.

lib_dir(App, SubDir) ->
    case lib_dir(App) of
        {error, _} = Error -> Error;
        Dir -> Dir ++ "/" ++ atom_to_list(SubDir)
    end.

priv_dir(App) -> lib_dir(App, priv).
compiler_dir() -> {error, bad_name}.
objfile_extension() -> ".beam".

is_sticky(Module) when is_atom(Module) -> erlang:module_loaded(Module).
stick_mod(Module) when is_atom(Module) -> true.
unstick_mod(Module) when is_atom(Module) -> true.
clash() -> ok.
