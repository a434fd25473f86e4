%% Stand-in for OTP's file, which needs a file system. Here there is one that cannot be written: the plain files of the
%% archive, `my_app/priv/words.txt` as "/my_app/priv/words.txt". Whatever would change it gives {error, erofs}.
-module(file).

-export([read_file/1, read_file/2, read_file_info/1, read_file_info/2, read_link_info/1, read_link_info/2, list_dir/1, list_dir_all/1]).
-export([get_cwd/0, get_cwd/1, set_cwd/1, format_error/1, path_open/3, open/2, close/1, read/2, read_line/1, write/2]).
-export([position/2, pread/2, pread/3, pwrite/2, pwrite/3, truncate/1, sync/1, datasync/1, advise/4, allocate/3]).
-export([write_file/2, write_file/3, delete/1, delete/2, rename/2, copy/2, copy/3, make_dir/1, del_dir/1, del_dir_r/1]).
-export([make_link/2, make_symlink/2, read_link/1, read_link_all/1, altname/1]).
-export([write_file_info/2, write_file_info/3, change_mode/2, change_owner/2, change_owner/3, change_group/2, change_time/2, change_time/3]).
-export([consult/1]).

-type date_time() :: calendar:datetime().
-export_type([date_time/0]).

-include_lib("kernel/include/file.hrl").

-define(EPOCH, {{1970, 1, 1}, {0, 0, 0}}).
-define(MODE_FILE, 8#100444).
-define(MODE_DIRECTORY, 8#40555).

%% ---- reading ----

read_file(Name) ->
    with_path(Name, fun(Path) ->
        case {atomvm:read_file(Path), is_directory(Path)} of
            {{ok, _} = Found, _} -> Found;
            {_, true} -> {error, eisdir};
            {Error, false} -> Error
        end
    end).

read_file(Name, _Options) -> read_file(Name).

read_file_info(Name) -> read_file_info(Name, []).

read_file_info(Name, Options) ->
    with_path(Name, fun(Path) ->
        case {atomvm:read_file(Path), is_directory(Path)} of
            {{ok, Bytes}, _} -> {ok, info(regular, byte_size(Bytes), ?MODE_FILE, Options)};
            {_, true} -> {ok, info(directory, 0, ?MODE_DIRECTORY, Options)};
            {Error, false} -> Error
        end
    end).

read_link_info(Name) -> read_file_info(Name).
read_link_info(Name, Options) -> read_file_info(Name, Options).

info(Type, Size, Mode, Options) ->
    Time = case lists:keyfind(time, 1, [Option || Option <- Options, is_tuple(Option)]) of {time, posix} -> 0; _ -> ?EPOCH end,
    #file_info{size = Size, type = Type, access = read, atime = Time, mtime = Time, ctime = Time, mode = Mode, links = 1,
               major_device = 0, minor_device = 0, inode = 0, uid = 0, gid = 0}.

list_dir(Name) ->
    with_path(Name, fun(Path) ->
        case {entries(Path), atomvm:read_file(Path)} of
            {[], {ok, _}} -> {error, enotdir};
            {[], _} when Path =/= <<>> -> {error, enoent};
            {Entries, _} -> {ok, [unicode:characters_to_list(Entry) || Entry <- lists:usort(Entries)]}
        end
    end).

list_dir_all(Name) -> list_dir(Name).

get_cwd() -> {ok, "/"}.
get_cwd(_) -> {error, enotsup}.

set_cwd(Name) ->
    case with_path(Name, fun(Path) -> Path end) of
        <<>> -> ok;
        {error, _} = Error -> Error;
        _ -> {error, enotsup}
    end.

consult(Name) ->
    case read_file(Name) of
        {ok, Bytes} -> terms(unicode:characters_to_list(Bytes), 1);
        Error -> Error
    end.

terms(Text, Line) ->
    case erl_scan:tokens([], Text, Line) of
        {done, {ok, Tokens, NextLine}, Rest} ->
            case {erl_parse:parse_term(Tokens), terms(Rest, NextLine)} of
                {{ok, Term}, {ok, Terms}} -> {ok, [Term | Terms]};
                {{ok, _}, Error} -> Error;
                {Error, _} -> Error
            end;
        {done, {error, Reason, _}, _} -> {error, Reason};
        {done, {eof, _}, _} -> {ok, []};
        {more, Continuation} -> last_term(erl_scan:tokens(Continuation, eof, Line))
    end.

last_term({done, {ok, Tokens, _}, _}) ->
    case erl_parse:parse_term(Tokens) of
        {ok, Term} -> {ok, [Term]};
        Error -> Error
    end;
last_term({done, {eof, _}, _}) -> {ok, []};
last_term({done, {error, Reason, _}, _}) -> {error, Reason}.

%% ---- paths: binaries without a slash in front; <<>> is the root ----

with_path(Name, Fun) ->
    try unicode:characters_to_binary(as_chars(Name)) of
        Bytes when is_binary(Bytes) -> normalized(Bytes, Fun);
        _ -> {error, badarg}
    catch
        error:_ -> {error, badarg}
    end.

as_chars(Name) when is_atom(Name) -> atom_to_binary(Name);
as_chars(Name) -> Name.

normalized(Bytes, Fun) ->
    Parts = lists:foldl(fun part/2, [], binary:split(Bytes, <<"/">>, [global])),
    Fun(iolist_to_binary(lists:join($/, lists:reverse(Parts)))).

part(<<>>, Parts) -> Parts;
part(<<".">>, Parts) -> Parts;
part(<<"..">>, []) -> [];
part(<<"..">>, [_ | Parent]) -> Parent;
part(Part, Parts) -> [Part | Parts].

is_directory(<<>>) -> true;
is_directory(Path) -> entries(Path) =/= [].

%% First parts of what lies below the directory.
entries(<<>>) -> [first_part(Name) || Name <- atomvm:files()];
entries(Path) ->
    Size = byte_size(Path),
    [first_part(Rest) || <<Prefix:Size/binary, $/, Rest/binary>> <- atomvm:files(), Prefix =:= Path].

first_part(Name) -> hd(binary:split(Name, <<"/">>)).

%% ---- devices: processes that speak the io protocol, such as `user` and Elixir's StringIO; bytes are Latin 1 there ----

read(#file_descriptor{} = File, Count) when is_integer(Count), Count >= 0 -> ram_file:read(File, Count);
read(Device, Count) when (is_pid(Device) orelse is_atom(Device)), is_integer(Count), Count >= 0 ->
    data(io:request(Device, {get_chars, latin1, '', Count}));
read(_, _) -> {error, badarg}.

read_line(#file_descriptor{} = File) -> ram_file:read_line(File);
read_line(Device) when is_pid(Device); is_atom(Device) -> data(io:request(Device, {get_line, latin1, ''}));
read_line(_) -> {error, badarg}.

data(Data) when is_list(Data); is_binary(Data) -> {ok, Data};
data(Other) -> Other.

write(#file_descriptor{} = File, Bytes) -> ram_file:write(File, Bytes);
write(Device, Bytes) when is_pid(Device); is_atom(Device) ->
    try iolist_to_binary(Bytes) of
        Binary -> io:request(Device, {put_chars, latin1, Binary})
    catch
        error:badarg -> {error, badarg}
    end;
write(_, _) -> {error, badarg}.

%% ---- bytes that are read in pieces: files opened raw, and data opened as a file (ram), which can be written, too ----

open(Name, Modes) when is_list(Modes) ->
    Writes = [Mode || Mode <- Modes, lists:member(Mode, [write, append, exclusive])],
    case {lists:member(ram, Modes), Writes} of
        {true, _} -> ram_file:open(Name, Modes);
        {false, []} -> opened(read_file(Name), Modes);
        {false, _} -> {error, erofs}
    end;
open(Name, Mode) when is_atom(Mode) -> open(Name, [Mode]).

%% Others than raw files would be processes that speak the io protocol.
opened({ok, Bytes}, Modes) ->
    case lists:member(raw, Modes) of
        true -> ram_file:open(Bytes, [Mode || Mode <- Modes, Mode =:= binary]);
        false -> {error, enotsup}
    end;
opened(Error, _) -> Error.

position(File, Location) -> ram_file:position(File, Location).
pread(File, At, Count) -> ram_file:pread(File, At, Count).
pread(File, Wanted) -> ram_file:pread(File, Wanted).
pwrite(File, At, Bytes) -> ram_file:pwrite(File, At, Bytes).
pwrite(File, Pieces) -> ram_file:pwrite(File, Pieces).
truncate(File) -> ram_file:truncate(File).
sync(File) -> ram_file:sync(File).
datasync(File) -> ram_file:datasync(File).
advise(File, Offset, Length, Advice) -> ram_file:advise(File, Offset, Length, Advice).
allocate(File, Offset, Length) -> ram_file:allocate(File, Offset, Length).
close(File) -> ram_file:close(File).

%% ---- what there is not ----

path_open(_, Name, Modes) -> open(Name, Modes).

%% As in every file system that cannot be written: what is not there cannot be changed for another reason.
unchangeable(Name) ->
    case read_file_info(Name) of
        {ok, _} -> {error, erofs};
        Error -> Error
    end.

write_file(_, _) -> {error, erofs}.
write_file(_, _, _) -> {error, erofs}.
delete(Name) -> unchangeable(Name).
delete(Name, _) -> unchangeable(Name).
rename(Name, _) -> unchangeable(Name).
copy(From, To) -> copy(From, To, infinity).
copy(#file_descriptor{} = From, To, Count) -> ram_file:copy(From, To, Count);
copy(Name, _, _) -> unchangeable(Name).
make_dir(_) -> {error, erofs}.
del_dir(Name) -> unchangeable(Name).
del_dir_r(Name) -> unchangeable(Name).
make_link(Name, _) -> unchangeable(Name).
make_symlink(_, _) -> {error, erofs}.
read_link(_) -> {error, einval}.
read_link_all(_) -> {error, einval}.
altname(_) -> {error, enotsup}.
write_file_info(Name, _) -> unchangeable(Name).
write_file_info(Name, _, _) -> unchangeable(Name).
change_mode(Name, _) -> unchangeable(Name).
change_owner(Name, _) -> unchangeable(Name).
change_owner(Name, _, _) -> unchangeable(Name).
change_group(Name, _) -> unchangeable(Name).
change_time(Name, _) -> unchangeable(Name).
change_time(Name, _, _) -> unchangeable(Name).

format_error({Line, Module, Reason}) -> io_lib:format("~w: ~ts", [Line, Module:format_error(Reason)]);
format_error(badarg) -> "bad argument";
format_error(terminated) -> "no such process";
format_error(Reason) -> erl_posix_msg:message(Reason).
