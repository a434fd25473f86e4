defmodule ElixirWorkers.Streaming do
  @moduledoc """
  Bodies that are made while they are on their way: `ElixirWorkers.Conn.stream/3` and `ElixirWorkers.Conn.sse/2`.
  """

  alias ElixirWorkers.Transport

  @typedoc "Writes a chunk, and returns when the client has taken it."
  @type write :: (iodata() -> :ok)

  @typedoc "An enumerable of chunks, or a function that gets `t:write/0` and calls it as often as it likes."
  @type source :: Enumerable.t() | (write() -> term())

  @doc """
  Writes a source through a transport. When the client has gone, the source ends: an enumerable runs what it has to run
  at its end, a function is left by `throw`.

  What a source raises, throws or exits with comes out of here, when the transport has been told that the body breaks off.
  """
  @spec run(source(), {module(), Transport.state()}) :: :ok
  def run(source, {transport, state}) do
    tag = make_ref()

    write = fn chunk ->
      with {:error, :closed} <- transport.chunk(to_binary(chunk), state),
           do: throw({tag, :closed})
    end

    try do
      each(source, write)
      transport.finish(:end, state)
    catch
      :throw, {^tag, :closed} ->
        :ok

      kind, reason ->
        transport.finish(:abort, state)
        :erlang.raise(kind, reason, __STACKTRACE__)
    end
  end

  @doc """
  All chunks of a source at once, for transports that have no streams.

      iex> ElixirWorkers.Streaming.collect(["a", ["b", ?c]])
      "abc"
      iex> ElixirWorkers.Streaming.collect(fn write -> for n <- 1..3, do: write.(Integer.to_string(n)) end)
      "123"
  """
  @spec collect(source()) :: binary()
  def collect(source) do
    key = {__MODULE__, make_ref()}

    each(source, fn chunk ->
      Process.put(key, [Process.get(key, []) | to_binary(chunk)])
      :ok
    end)

    IO.iodata_to_binary(Process.delete(key) || [])
  end

  defp each(source, write) when is_function(source, 1), do: source.(write)
  defp each(source, write), do: Enum.each(source, write)

  defp to_binary(chunk) do
    IO.iodata_to_binary(chunk)
  rescue
    ArgumentError ->
      raise ArgumentError, "a chunk must be a string or iodata, got: " <> inspect(chunk)
  end

  @typedoc "An event: text, or a map with `:data` and any of `:event`, `:id`, `:retry` (milliseconds)."
  @type event ::
          String.t()
          | %{
              required(:data) => String.t(),
              optional(:event) => String.t(),
              optional(:id) => String.t() | integer(),
              optional(:retry) => non_neg_integer()
            }

  @doc """
  An event as the client reads it (HTML standard, "server-sent events"). Raises `ArgumentError` for one that is none.

      iex> ElixirWorkers.Streaming.event("two\\nlines") |> IO.iodata_to_binary()
      "data: two\\ndata: lines\\n\\n"
      iex> ElixirWorkers.Streaming.event(%{event: "tick", id: 7, data: "x"}) |> IO.iodata_to_binary()
      "event: tick\\nid: 7\\ndata: x\\n\\n"
  """
  @spec event(event()) :: iodata()
  def event(text) when is_binary(text), do: event(%{data: text})

  def event(%{data: data} = event) when is_binary(data) do
    lines = for line <- String.split(data, ["\r\n", "\n", "\r"]), do: ["data: ", line, ?\n]
    [field(event, :event), field(event, :id), field(event, :retry), lines, ?\n]
  end

  def event(other) do
    raise ArgumentError,
          "an event must be a string or a map with :data, a string, got: " <> inspect(other)
  end

  defp field(event, key) do
    case event do
      %{^key => value} -> [Atom.to_string(key), ": ", one_line(key, value), ?\n]
      _without -> []
    end
  end

  defp one_line(_key, value) when is_integer(value), do: Integer.to_string(value)

  defp one_line(key, value) when is_binary(value) do
    if String.contains?(value, ["\n", "\r", <<0>>]),
      do:
        raise(
          ArgumentError,
          "#{inspect(key)} of an event must be one line, got: " <> inspect(value)
        ),
      else: value
  end

  defp one_line(key, value),
    do:
      raise(
        ArgumentError,
        "#{inspect(key)} of an event must be a string, got: " <> inspect(value)
      )
end
