%% Stand-in for OTP's ram_file, which needs a driver: data in memory that is read and written as a file. The stand-in for file
%% reads its files in pieces with it, too. Content and place lie with the process that has opened the file:
%%
%%     #{bytes, at, binary, writes, reads}    by {ram_file, Reference}, which the descriptor holds
-module(ram_file).

-export([open/2, close/1, read/2, read_line/1, write/2, copy/3, position/2, pread/2, pread/3, pwrite/2, pwrite/3]).
-export([truncate/1, sync/1, datasync/1, advise/4, allocate/3, get_file/1, get_size/1]).

-include_lib("kernel/include/file.hrl").

open(Data, Modes) ->
    case is_list(Modes) andalso [Mode || Mode <- Modes, not lists:member(Mode, [ram, raw, read, write, binary])] of
        [] -> opened(bytes(Data), Modes);
        _ -> {error, badarg}
    end.

opened(error, _) -> {error, badarg};
opened(Bytes, Modes) ->
    Reference = make_ref(),
    Writes = lists:member(write, Modes),
    put({?MODULE, Reference}, #{bytes => Bytes, at => 0, binary => lists:member(binary, Modes), writes => Writes,
                                reads => lists:member(read, Modes) orelse not Writes}),
    {ok, #file_descriptor{module = ?MODULE, data = Reference}}.

bytes(Data) ->
    try iolist_to_binary(Data)
    catch error:badarg -> error
    end.

close(#file_descriptor{module = ?MODULE, data = Reference}) ->
    _ = erase({?MODULE, Reference}),
    ok;
close(_) -> {error, badarg}.

%% Fun gives the answer and the file as it is then.
with(#file_descriptor{module = ?MODULE, data = Reference}, Fun) ->
    case get({?MODULE, Reference}) of
        undefined -> {error, einval};
        File ->
            {Answer, Then} = Fun(File),
            put({?MODULE, Reference}, Then),
            Answer
    end;
with(_, _) -> {error, badarg}.

%% ---- reading ----

read(Descriptor, Count) when is_integer(Count), Count >= 0 ->
    with(Descriptor, fun(#{at := At} = File) ->
        case part(File, At, Count) of
            {ok, Bytes} -> {{ok, shaped(File, Bytes)}, File#{at := At + byte_size(Bytes)}};
            Other -> {Other, File}
        end
    end);
read(#file_descriptor{module = ?MODULE}, _) -> {error, einval};
read(_, _) -> {error, badarg}.

part(#{reads := false}, _, _) -> {error, ebadf};
part(#{bytes := Bytes}, At, Count) when Count > 0, At >= byte_size(Bytes) -> eof;
part(#{bytes := Bytes}, At, Count) ->
    Size = byte_size(Bytes),
    {ok, binary:part(Bytes, min(At, Size), max(0, min(Count, Size - At)))}.

shaped(#{binary := true}, Bytes) -> Bytes;
shaped(_, Bytes) -> binary_to_list(Bytes).

read_line(Descriptor) ->
    with(Descriptor, fun(#{bytes := Bytes, at := At} = File) ->
        Left = max(0, byte_size(Bytes) - At),
        Size = case Left > 0 andalso binary:match(Bytes, <<"\n">>, [{scope, {At, Left}}]) of
            {Found, 1} -> Found + 1 - At;
            _ -> max(1, Left)
        end,
        case part(File, At, Size) of
            {ok, Line} -> {{ok, shaped(File, Line)}, File#{at := At + byte_size(Line)}};
            Other -> {Other, File}
        end
    end).

pread(Descriptor, At, Count) when is_integer(At), At >= 0, is_integer(Count), Count >= 0 ->
    with(Descriptor, fun(File) ->
        case part(File, At, Count) of
            {ok, Bytes} -> {{ok, shaped(File, Bytes)}, File};
            Other -> {Other, File}
        end
    end);
pread(#file_descriptor{module = ?MODULE}, At, Count) when is_integer(At), is_integer(Count) -> {error, einval};
pread(_, _, _) -> {error, badarg}.

pread(Descriptor, Wanted) when is_list(Wanted) -> pread_all(Descriptor, Wanted, []);
pread(_, _) -> {error, badarg}.

pread_all(_, [], Got) -> {ok, lists:reverse(Got)};
pread_all(Descriptor, [{At, Count} | Rest], Got) ->
    case pread(Descriptor, At, Count) of
        {ok, Bytes} -> pread_all(Descriptor, Rest, [Bytes | Got]);
        eof -> pread_all(Descriptor, Rest, [eof | Got]);
        Error -> Error
    end;
pread_all(_, _, _) -> {error, badarg}.

%% ---- writing ----

write(Descriptor, Data) ->
    with(Descriptor, fun(#{at := At} = File) ->
        case written(File, At, bytes(Data)) of
            {ok, Then} -> {ok, Then};
            Error -> {Error, File}
        end
    end).

written(_, _, error) -> {error, badarg};
written(#{writes := false}, _, _) -> {error, ebadf};
written(#{bytes := Bytes} = File, At, New) ->
    Before = filled(Bytes, At),
    After = binary:part(Bytes, min(byte_size(Bytes), At + byte_size(New)), max(0, byte_size(Bytes) - At - byte_size(New))),
    {ok, File#{bytes := <<Before/binary, New/binary, After/binary>>, at := At + byte_size(New)}}.

%% The first Size bytes, with zeros behind the end.
filled(Bytes, Size) when byte_size(Bytes) >= Size -> binary:part(Bytes, 0, Size);
filled(Bytes, Size) -> <<Bytes/binary, 0:(8 * (Size - byte_size(Bytes)))>>.

pwrite(Descriptor, At, Data) when is_integer(At), At >= 0 ->
    with(Descriptor, fun(#{at := Place} = File) ->
        case written(File, At, bytes(Data)) of
            {ok, Then} -> {ok, Then#{at := Place}};
            Error -> {Error, File}
        end
    end);
pwrite(#file_descriptor{module = ?MODULE}, At, _) when is_integer(At) -> {error, einval};
pwrite(_, _, _) -> {error, badarg}.

pwrite(Descriptor, Pieces) when is_list(Pieces) ->
    case lists:all(fun is_piece/1, Pieces) of
        true -> pwrite_all(Descriptor, Pieces, 0);
        false -> {error, badarg}
    end;
pwrite(_, _) -> {error, badarg}.

is_piece({At, _}) -> is_integer(At);
is_piece(_) -> false.

pwrite_all(_, [], _) -> ok;
pwrite_all(Descriptor, [{At, Data} | Rest], Written) ->
    case pwrite(Descriptor, At, Data) of
        ok -> pwrite_all(Descriptor, Rest, Written + 1);
        {error, Reason} -> {error, {Written, Reason}}
    end.

copy(#file_descriptor{module = ?MODULE} = From, #file_descriptor{module = ?MODULE} = To, Count) ->
    Wanted = case Count of infinity -> element(2, get_size(From)); _ -> Count end,
    case read(From, Wanted) of
        {ok, Data} ->
            case write(To, Data) of
                ok -> {ok, iolist_size(Data)};
                Error -> Error
            end;
        eof -> {ok, 0};
        Error -> Error
    end;
copy(_, _, _) -> {error, badarg}.

truncate(Descriptor) ->
    with(Descriptor, fun
        (#{writes := false} = File) -> {{error, eacces}, File};
        (#{bytes := Bytes, at := At} = File) -> {ok, File#{bytes := filled(Bytes, At)}}
    end).

%% ---- places ----

position(Descriptor, Location) ->
    with(Descriptor, fun(#{bytes := Bytes, at := At} = File) ->
        case place(Location, At, byte_size(Bytes)) of
            To when is_integer(To), To >= 0 -> {{ok, To}, File#{at := To}};
            To when is_integer(To) -> {{error, einval}, File};
            error -> {{error, badarg}, File}
        end
    end).

place(bof, _, _) -> 0;
place(cur, At, _) -> At;
place(eof, _, Size) -> Size;
place({From, Offset}, At, Size) when From =:= bof; From =:= cur; From =:= eof ->
    case is_integer(Offset) of
        true -> place(From, At, Size) + Offset;
        false -> error
    end;
place(To, _, _) when is_integer(To) -> To;
place(_, _, _) -> error.

%% ---- the whole ----

get_size(Descriptor) -> with(Descriptor, fun(#{bytes := Bytes} = File) -> {{ok, byte_size(Bytes)}, File} end).
get_file(Descriptor) -> with(Descriptor, fun(#{bytes := Bytes} = File) -> {{ok, shaped(File, Bytes)}, File} end).

sync(Descriptor) -> with(Descriptor, fun(File) -> {ok, File} end).
datasync(Descriptor) -> sync(Descriptor).
advise(Descriptor, _, _, _) -> sync(Descriptor).
allocate(Descriptor, _, _) -> sync(Descriptor).
