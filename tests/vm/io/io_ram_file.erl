%% Data in memory that is opened as a file, for reading and writing.
-module(io_ram_file).
-export([start/0]).

start() ->
    show(written()),
    show(modes()),
    show(places()),
    show(cut()),
    show(whole()),
    show(copied()),
    show(bad()).

%% As libraries build long answers: pieces are appended, and read back at once.
written() ->
    {ok, File} = ram_file:open("", [write, read, binary]),
    Written = [file:write(File, Piece) || Piece <- [<<"one ">>, ["tw", $o], "", [<<" three">>]]],
    {ok, Size} = ram_file:get_size(File),
    Read = file:pread(File, 0, Size),
    After = [file:read(File, 3), file:position(File, cur), file:position(File, {eof, -5}), file:read(File, 100), file:read(File, 1)],
    {Written, Size, Read, After, file:close(File), file:close(File), file:read(File, 1), ram_file:get_size(File)}.

modes() ->
    [begin
         {ok, File} = file:open("abc", [ram | Modes]),
         Answers = [file:write(File, "X"), file:read(File, 2), file:pwrite(File, 1, "YZ"), file:position(File, bof),
                    file:read(File, 10), ram_file:get_size(File), file:truncate(File)],
         {Modes, Answers, file:close(File)}
     end || Modes <- [[], [read], [write], [read, write], [binary], [read, write, binary]]].

places() ->
    {ok, File} = file:open(<<"0123456789">>, [ram, read, write, binary]),
    Moves = [{Place, file:position(File, Place)}
             || Place <- [3, {cur, 2}, {bof, 1}, {eof, -1}, {eof, 5}, {cur, -100}, -1, bof, eof, {bof, -1}, cur, {cur, 1}]],
    Beyond = [file:position(File, 15), file:read(File, 1), file:write(File, "end"), ram_file:get_size(File), file:pread(File, 8, 100)],
    Many = [file:pwrite(File, [{0, "AB"}, {20, [<<"C">>]}]), file:pwrite(File, [{0, "x"}, {a, "y"}]), file:pread(File, [{0, 4}, {18, 10}, {99, 1}]),
            file:pread(File, 5, 0), file:pread(File, -1, 1), file:pwrite(File, -1, "x"), file:pwrite(File, [])],
    {Moves, Beyond, Many}.

cut() ->
    {ok, File} = file:open("0123456789", [ram, read, write]),
    [file:position(File, 4), file:truncate(File), ram_file:get_size(File), file:read(File, 1), file:position(File, 8), file:truncate(File),
     ram_file:get_size(File), file:pread(File, 0, 100), file:sync(File), file:datasync(File), file:allocate(File, 0, 20),
     file:advise(File, 0, 0, normal), ram_file:get_size(File)].

whole() ->
    {ok, File} = ram_file:open(<<"some data">>, [read]),
    First = [ram_file:get_file(File), ram_file:read(File, 4), ram_file:get_file(File)],
    {ok, List} = ram_file:open(["a", <<"b">>], [read, write]),
    Second = [ram_file:get_file(List), ram_file:write(List, "xyz"), ram_file:get_file(List), ram_file:position(List, 0),
              ram_file:read(List, 5), ram_file:pread(List, 1, 2), ram_file:pwrite(List, 0, "!"), ram_file:get_file(List), ram_file:close(List)],
    {First, Second}.

copied() ->
    {ok, From} = file:open("0123456789", [ram, read, binary]),
    {ok, To} = file:open("", [ram, read, write, binary]),
    [file:read(From, 2), file:copy(From, To, 3), file:copy(From, To), ram_file:get_file(To), file:copy(From, To), file:read(From, 1)].

bad() ->
    {ok, File} = file:open("abc", [ram, read, write]),
    [file:write(File, [a]), file:write(File, <<1:3>>), file:read(File, -1), file:read(File, a), file:position(File, a), file:position(File, {cur, a}),
     file:pread(File, a, 1), file:pwrite(File, a, "x"), file:open(abc, [ram]), file:open([300], [ram]), file:open("abc", [ram, append]),
     file:write(nothing_there, "x")].

show(What) -> io:format("~0tp~n", [What]).
