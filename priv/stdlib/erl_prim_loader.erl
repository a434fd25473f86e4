%% Stand-in for OTP's erl_prim_loader, which reads files before there is a file server. Both are the archive here.
-module(erl_prim_loader).

-export([get_file/1, list_dir/1, read_file_info/1, read_link_info/1, get_cwd/0, get_cwd/1, get_path/0, set_path/1]).

get_file(Name) ->
    case file:read_file(Name) of
        {ok, Bytes} -> {ok, Bytes, Name};
        {error, _} -> error
    end.

list_dir(Dir) -> or_error(file:list_dir(Dir)).
read_file_info(Name) -> or_error(file:read_file_info(Name)).
read_link_info(Name) -> or_error(file:read_link_info(Name)).
get_cwd() -> file:get_cwd().
get_cwd(_) -> {error, enotsup}.
get_path() -> {ok, []}.
set_path(_) -> ok.

or_error({error, _}) -> error;
or_error(Result) -> Result.
