defmodule ElixirWorkers.Transport.Replay do
  @moduledoc """
  The transport of a worker whose machine has only `_start`: the request and the answers so far on stdin, what became
  of it on stdout (`docs/reference/replay.md`).

  stdin is one external term, a map:

    * `"token"` - 16 bytes that announce what is not the application's own on stdout;
    * `"head"`, `"body"` - the request, its head as an external term;
    * `"_state"` - `t:ElixirWorkers.Replay.state/0`.

  stdout is what the application prints, with frames in between: token, kind (0 a log record, 1 the outcome of the
  round), level of a log record, length of the bytes (32 bits, little-endian), bytes. The application does not know the
  token, so it cannot print a frame. Outcomes are external terms, `t:ElixirWorkers.Replay.outcome/0`, or a map with
  `"_diverged"`: how this round is not the one before.
  """

  @behaviour ElixirWorkers.Transport

  alias ElixirWorkers.Replay

  # Natives of the virtual machine. `ElixirWorkers.Wasi` has the terminal in their place, which would not keep bytes.
  @platform :"Elixir.AtomVM.Wasi"
  @compile {:no_warn_undefined, @platform}

  @log 0
  @outcome 1
  # A flag of a response: its body is a stream that the host has.
  @streamed 1
  # As in docs/reference/host-abi.md, "Log records".
  @levels %{
    debug: 0,
    info: 1,
    notice: 2,
    warning: 3,
    error: 4,
    critical: 5,
    alert: 6,
    emergency: 7
  }

  @typedoc "The request and the token; the token alone when it has been taken; done."
  @type state :: {:request, binary(), binary(), token :: binary()} | {:taken, binary()} | :done

  @doc """
  Runs a round: `serve` gets the state of the transport, in a process of its own.

  Raises `ArgumentError` for an stdin that no worker has written, and on a machine that cannot read or write it.
  """
  @spec run((state() -> term())) :: :ok
  def run(serve) do
    %{"token" => token, "head" => head, "body" => body, "_state" => state} = parse(read_stdin())

    log = &log(&1, &2, {:taken, token})
    outcome = outcome(state, fn -> serve.({:request, head, body, token}) end, log)
    write(token, @outcome, 0, :erlang.term_to_binary(outcome))
  end

  defp outcome(state, work, log) do
    Replay.round(state, work, log)
  rescue
    error in Replay.DivergedError -> %{"_diverged" => error.message}
  end

  @doc """
  Reads stdin.

      iex> ElixirWorkers.Transport.Replay.parse("{}")
      ** (ArgumentError) this archive is that of a worker that replays, and stdin holds no round of one (docs/reference/replay.md)
  """
  @spec parse(binary()) :: map()
  def parse(<<131, _::binary>> = bytes), do: :erlang.binary_to_term(bytes)

  def parse(_other) do
    raise ArgumentError,
          "this archive is that of a worker that replays, and stdin holds no round of one (docs/reference/replay.md)"
  end

  @impl true
  def next({:request, head, body, token}),
    do: {:request, :erlang.binary_to_term(head), body, {:taken, token}}

  def next(:done), do: :stop

  @impl true
  def respond(response, {:taken, _token}) do
    Replay.respond(format(response))
    :done
  end

  @impl true
  def pipe(stream, _state) do
    with {:ok, nil} <- ElixirWorkers.Bindings.call("", "stream_pipe", [stream.source]), do: :ok
  end

  @impl true
  def log(level, message, {:taken, token}),
    do: write(token, @log, Map.fetch!(@levels, level), IO.iodata_to_binary(message))

  @doc """
  A response in the layout of `docs/reference/host-abi.md`.

      iex> ElixirWorkers.Transport.Replay.format({200, [{"a", "bc"}], "hi"})
      <<200::16-little, 0::16, 11::32-little, 2::32-little, 1::32-little, 2::32-little, "abc", "hi">>
  """
  @spec format(ElixirWorkers.Transport.response()) :: binary()
  def format({status, headers, :stream}), do: format(status, @streamed, headers, "")
  def format({status, headers, body}), do: format(status, 0, headers, body)

  defp format(status, flags, headers, body) do
    head =
      for {name, value} <- headers, into: "" do
        <<byte_size(name)::32-little, byte_size(value)::32-little, name::binary, value::binary>>
      end

    <<status::16-little, flags::16-little, byte_size(head)::32-little, byte_size(body)::32-little,
      head::binary, body::binary>>
  end

  # In one piece, so that nothing that is printed meanwhile gets into it.
  defp write(token, kind, level, bytes) do
    bytes = [token, kind, level, <<byte_size(bytes)::32-little>>, bytes]
    write_stdout(IO.iodata_to_binary(bytes))
  end

  defp write_stdout(bytes) do
    _ = @platform.write_stdout(bytes)
    :ok
  rescue
    UndefinedFunctionError -> lacks("write_stdout/1")
  end

  defp read_stdin do
    @platform.read_stdin()
  rescue
    UndefinedFunctionError -> lacks("read_stdin/0")
  end

  @spec lacks(String.t()) :: no_return()
  defp lacks(function) do
    raise ArgumentError,
          "this machine lacks 'Elixir.AtomVM.Wasi':#{function}, " <>
            "which replay needs (docs/reference/configuration.md, vm)"
  end
end
