%% zip and erl_tar, in memory: what was packed comes out again, and what is no archive is an error.
-module(std_archives).
-export([start/0]).

start() ->
    Files = [{"a.txt", <<"hello hello hello hello">>}, {"d/b.bin", <<0:8000>>}, {"empty", <<>>}],
    zips(Files),
    tars(Files),
    damaged().

zips(Files) ->
    {ok, {"x.zip", Zip}} = zip:zip("x.zip", Files, [memory, {comment, "about it"}]),
    show(unzip, fun() -> zip:unzip(Zip, [memory]) end),
    show(some, fun() -> zip:unzip(Zip, [memory, {file_list, ["d/b.bin"]}]) end),
    show(filter, fun() -> zip:unzip(Zip, [memory, {file_filter, fun(File) -> element(2, File) =:= "empty" end}]) end),
    show(table, fun() ->
        {ok, [Comment | Entries]} = zip:table(Zip),
        {Comment, [{element(2, Entry), element(6, Entry)} || Entry <- Entries]}
    end),
    show(open, fun() ->
        {ok, Handle} = zip:zip_open(Zip, [memory]),
        Got = [zip:zip_get(Name, Handle) || Name <- ["a.txt", "none"]],
        {Got, zip:zip_close(Handle)}
    end),
    show(stored, fun() ->
        {ok, {_, Stored}} = zip:zip("x.zip", Files, [memory, {compress, []}]),
        {byte_size(Stored) > byte_size(Zip), zip:unzip(Stored, [memory]) =:= zip:unzip(Zip, [memory])}
    end).

tars(Files) ->
    Tar = tar(Files),
    show(tar, fun() -> erl_tar:extract({binary, Tar}, [memory]) end),
    show(tar_table, fun() -> erl_tar:table({binary, Tar}) end),
    show(tar_some, fun() -> erl_tar:extract({binary, Tar}, [memory, {files, ["empty"]}]) end),
    show(tar_gz, fun() -> erl_tar:extract({binary, zlib:gzip(Tar)}, [memory, compressed]) =:= erl_tar:extract({binary, Tar}, [memory]) end),
    Long = lists:duplicate(40, "folder/") ++ ["file"],
    show(tar_long, fun() -> erl_tar:extract({binary, tar([{lists:append(Long), <<"deep">>}])}, [memory]) end).

%% A tar file that is written to the process dictionary.
tar(Files) ->
    put(tar, []),
    {ok, Tar} = erl_tar:init(tar, write, fun access/2),
    [ok = erl_tar:add(Tar, Content, Name, [{mtime, 1700000000}]) || {Name, Content} <- Files],
    ok = erl_tar:close(Tar),
    iolist_to_binary(get(tar)).

access(write, {Key, Data}) ->
    put(Key, [get(Key), Data]),
    ok;
access(position, {Key, {cur, 0}}) -> {ok, iolist_size(get(Key))};
access(close, _) -> ok.

damaged() ->
    [show({damaged, byte_size(Bytes)}, fun() -> {zip:unzip(Bytes, [memory]), erl_tar:extract({binary, Bytes}, [memory])} end)
     || Bytes <- [<<>>, <<"PK">>, <<0:4096>>, binary:copy(<<"x">>, 600)]].

show(What, Fun) ->
    io:format("~p ~0p~n", [What, try Fun() catch Class:Reason -> {Class, Reason} end]).
