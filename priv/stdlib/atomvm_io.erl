%% The processes `user` and `standard_error`: Erlang's I/O protocol over the host's input and outputs.
%%
%% Text goes out as UTF-8, each request before its answer, in the order of arrival; so it never overtakes or falls behind
%% erlang:display/1. Input is UTF-8 and is read when somebody asks for it.
-module(atomvm_io).

-export([start/2]).
-export([server/2]).

-type output() :: stdout | stderr.

-record(state, {
    output :: output(),
    binary = false :: boolean(),
    unread = <<>> :: binary(),
    at_end = false :: boolean()
}).

-define(READ_BYTES, 65536).

%% Starts the process and registers it. It belongs to no other process, and lives as long as the machine.
-spec start(atom(), output()) -> pid().
start(Name, Output) ->
    Pid = spawn(?MODULE, server, [self(), Output]),
    true = register(Name, Pid),
    Pid.

%% @private
server(Leader, Output) ->
    true = group_leader(Leader, self()),
    loop(#state{output = Output}).

loop(State) ->
    receive
        {io_request, From, ReplyAs, Request} when is_pid(From) ->
            {Reply, NewState} = request(Request, State),
            From ! {io_reply, ReplyAs, Reply},
            loop(NewState);
        _ ->
            loop(State)
    end.

%% ---- requests, those of OTP before R13 among them, which name no encoding and mean Latin-1 ----

request({put_chars, Encoding, Chars}, State) ->
    {put_chars(Encoding, Chars, State), State};
request({put_chars, Encoding, Module, Function, Args}, State) ->
    {put_result(Encoding, Module, Function, Args, State), State};
request({put_chars, Chars}, State) ->
    request({put_chars, latin1, Chars}, State);
request({put_chars, Module, Function, Args}, State) ->
    request({put_chars, latin1, Module, Function, Args}, State);
request({get_line, Encoding, Prompt}, State) ->
    input(Prompt, Encoding, fun take_line/1, State);
request({get_chars, Encoding, Prompt, Count}, State) when is_integer(Count), Count >= 0 ->
    input(Prompt, Encoding, fun(S) -> take_chars(Count, S) end, State);
request({get_until, Encoding, Prompt, Module, Function, Args}, State) ->
    get_until(Prompt, Encoding, {Module, Function, Args}, State);
request({get_line, Prompt}, State) ->
    request({get_line, latin1, Prompt}, State);
request({get_chars, Prompt, Count}, State) ->
    request({get_chars, latin1, Prompt, Count}, State);
request({get_until, Prompt, Module, Function, Args}, State) ->
    request({get_until, latin1, Prompt, Module, Function, Args}, State);
request({requests, Requests}, State) when is_list(Requests) ->
    requests(Requests, ok, State);
request({setopts, Options}, State) when is_list(Options) ->
    set_options(Options, State);
request(getopts, State) ->
    {[{binary, State#state.binary}, {encoding, unicode}], State};
request({get_geometry, _}, State) ->
    {{error, enotsup}, State};
request({get_password, _}, State) ->
    {{error, enotsup}, State};
request(Request, State) ->
    {{error, {request, Request}}, State}.

%% The first that fails is the last.
requests([Request | Rest], Before, State) when Before =:= ok; not is_tuple(Before) ->
    {Reply, NewState} = request(Request, State),
    requests(Rest, Reply, NewState);
requests([_ | _], {error, _} = Error, State) ->
    {Error, State};
requests([Request | Rest], _, State) ->
    {Reply, NewState} = request(Request, State),
    requests(Rest, Reply, NewState);
requests([], Reply, State) ->
    {Reply, State}.

set_options([{binary, Binary} | Rest], State) when is_boolean(Binary) ->
    set_options(Rest, State#state{binary = Binary});
set_options([{list, List} | Rest], State) when is_boolean(List) ->
    set_options(Rest, State#state{binary = not List});
set_options([Mode | Rest], State) when Mode =:= binary; Mode =:= list ->
    set_options([{Mode, true} | Rest], State);
set_options([{echo, _} | Rest], State) ->
    set_options(Rest, State);
set_options([{encoding, Encoding} | Rest], State) when Encoding =:= unicode; Encoding =:= utf8 ->
    set_options(Rest, State);
set_options([], State) ->
    {ok, State};
set_options(_, State) ->
    {{error, enotsup}, State}.

%% ---- output ----

put_result(Encoding, Module, Function, Args, State) ->
    try apply(Module, Function, Args) of
        Chars -> put_chars(Encoding, Chars, State)
    catch
        _:_ -> {error, put_chars}
    end.

put_chars(Encoding, Chars, State) ->
    try unicode:characters_to_binary(Chars, Encoding) of
        Bytes when is_binary(Bytes) -> write(State#state.output, Bytes);
        _ -> {error, put_chars}
    catch
        error:_ -> {error, put_chars}
    end.

write(stdout, Bytes) -> 'Elixir.AtomVM.Wasi':write_stdout(Bytes);
write(stderr, Bytes) -> atomvm:write_stderr(Bytes).

%% ---- input ----

%% take_*: {Bytes, State}; no bytes are the end of the input.
input(Prompt, Encoding, Take, State) ->
    prompt(Prompt, State),
    {Bytes, NewState} = Take(State),
    {decoded(Bytes, Encoding, NewState), NewState}.

prompt('', _) ->
    ok;
prompt({format, Format, Args}, State) ->
    put_result(unicode, io_lib, format, [Format, Args], State);
prompt(Prompt, State) when is_atom(Prompt) ->
    put_chars(unicode, atom_to_binary(Prompt), State);
prompt(Prompt, State) ->
    put_chars(unicode, Prompt, State).

decoded(<<>>, _, _) ->
    eof;
decoded(Bytes, Encoding, State) ->
    case unicode:characters_to_list(Bytes, utf8) of
        Chars when is_list(Chars) -> encoded(Chars, Encoding, State);
        _ -> {error, collect_line}
    end.

encoded(Chars, latin1, #state{binary = Binary}) ->
    case lists:all(fun(Char) -> Char < 256 end, Chars) of
        false -> {error, {no_translation, unicode, latin1}};
        true when Binary -> list_to_binary(Chars);
        true -> Chars
    end;
encoded(Chars, _, #state{binary = true}) ->
    unicode:characters_to_binary(Chars, unicode);
encoded(Chars, _, _) ->
    Chars.

take_line(State) ->
    take_line(State, 0).

take_line(#state{unread = Unread} = State, From) ->
    case binary:match(Unread, <<"\n">>, [{scope, {From, byte_size(Unread) - From}}]) of
        {At, 1} -> take_bytes(At + 1, State);
        nomatch when State#state.at_end -> take_bytes(byte_size(Unread), State);
        nomatch -> take_line(read_more(State), byte_size(Unread))
    end.

take_chars(Count, #state{unread = Unread} = State) ->
    case chars_size(Unread, Count, 0) of
        {0, Size} -> take_bytes(Size, State);
        {_, _} when State#state.at_end -> take_bytes(byte_size(Unread), State);
        {_, _} -> take_chars(Count, read_more(State))
    end.

%% {Characters that are missing, bytes of those that are there}.
chars_size(_, 0, Size) -> {0, Size};
chars_size(<<Char/utf8, Rest/binary>>, Missing, Size) -> chars_size(Rest, Missing - 1, Size + utf8_size(Char));
chars_size(_, Missing, Size) -> {Missing, Size}.

utf8_size(Char) when Char < 16#80 -> 1;
utf8_size(Char) when Char < 16#800 -> 2;
utf8_size(Char) when Char < 16#10000 -> 3;
utf8_size(_) -> 4.

take_bytes(Size, #state{unread = Unread} = State) ->
    <<Taken:Size/binary, Rest/binary>> = Unread,
    {Taken, State#state{unread = Rest}}.

read_more(#state{unread = Unread} = State) ->
    case atomvm:read_stdin(?READ_BYTES) of
        eof -> State#state{at_end = true};
        Bytes -> State#state{unread = <<Unread/binary, Bytes/binary>>}
    end.

%% Feeds lines to Function(Continuation, Line | eof, Args..) until it has what it wants.
get_until(Prompt, Encoding, MFA, State) ->
    prompt(Prompt, State),
    get_until_done([], Encoding, MFA, State).

get_until_done(Continuation, Encoding, {Module, Function, Args} = MFA, State) ->
    {Bytes, NewState} = take_line(State),
    Line = decoded(Bytes, Encoding, NewState#state{binary = false}),
    try apply(Module, Function, [Continuation, Line | Args]) of
        {done, Result, Rest} -> {as_asked(Result, NewState), unread(Rest, NewState)};
        {more, More} -> get_until_done(More, Encoding, MFA, NewState);
        _ -> {{error, Function}, NewState}
    catch
        _:_ -> {{error, Function}, NewState}
    end.

as_asked(Result, #state{binary = true}) when is_list(Result) ->
    case unicode:characters_to_binary(Result, unicode) of
        Bytes when is_binary(Bytes) -> Bytes;
        _ -> Result
    end;
as_asked(Result, _) ->
    Result.

unread(Rest, State) when is_list(Rest), Rest =/= [] ->
    Bytes = unicode:characters_to_binary(Rest, unicode),
    State#state{unread = <<Bytes/binary, (State#state.unread)/binary>>};
unread(_, State) ->
    State.
