defmodule ElixirWorkers.Body.PartReader do
  @moduledoc false
  # Takes a form apart while it comes in, in a process of its own, so that whoever reads a part can be anyone: the handler, or
  # a binding's call that sends it on. It holds one chunk of the form, and as much of the one before as a boundary may begin in.
  #
  #   source    the form: a suspended reduction over its chunks, nil at its end
  #   buffer    what has come in and is not used yet
  #   phase     :preamble   before the first boundary
  #             :boundary   behind a boundary: the end, or a part follows
  #             :body       in the body of part number `part`
  #             :epilogue   behind the last boundary

  alias ElixirWorkers.Body.PartHeader
  alias ElixirWorkers.Error

  @max_header_bytes PartHeader.max_bytes()

  @enforce_keys [:source, :delimiter, :max_parts, :max_part_bytes]
  defstruct [
    :source,
    :delimiter,
    :max_parts,
    :max_part_bytes,
    # The first boundary may open the form; each later one follows a line break.
    buffer: "\r\n",
    phase: :preamble,
    part: 0,
    part_bytes: 0
  ]

  @type limits :: %{
          max_parts: non_neg_integer(),
          max_part_bytes: non_neg_integer() | :infinity
        }

  @doc "Starts a reader of these chunks, which ends with the caller."
  @spec start(Enumerable.t(), String.t(), limits()) :: pid()
  def start(chunks, boundary, limits) do
    callers = [self() | Process.get(:"$callers") || []]

    spawn_link(fn ->
      # As `Task` does: a test's fakes are found by it.
      Process.put(:"$callers", callers)

      loop(%__MODULE__{
        source: &Enumerable.reduce(chunks, &1, fn chunk, _none -> {:suspend, chunk} end),
        delimiter: "\r\n--" <> boundary,
        max_parts: limits.max_parts,
        max_part_bytes: limits.max_part_bytes
      })
    end)
  end

  @doc "Passes over what is left of this part and returns the next. Raises what reading the form raises."
  @spec next_part(pid()) :: {:ok, number :: pos_integer(), PartHeader.t()} | :done
  def next_part(reader), do: call(reader, :next_part)

  @doc "Returns bytes of the part of this number. Raises `ArgumentError` when another one has been asked for."
  @spec next_chunk(pid(), pos_integer()) :: {:ok, binary()} | :done
  def next_chunk(reader, part), do: call(reader, {:next_chunk, part})

  @doc "Ends a reader; what it has not read of the form is cancelled."
  @spec stop(pid()) :: :ok
  def stop(reader) do
    _ = call(reader, :stop)
    :ok
  end

  defp call(reader, message) do
    reference = Process.monitor(reader)
    send(reader, {message, self(), reference})

    receive do
      {^reference, {:raised, kind, reason, stacktrace}} ->
        Process.demonitor(reference, [:flush])
        :erlang.raise(kind, reason, stacktrace)

      {^reference, answer} ->
        Process.demonitor(reference, [:flush])
        answer

      {:DOWN, ^reference, :process, _pid, _reason} when message == :stop ->
        :ok

      {:DOWN, ^reference, :process, _pid, _reason} ->
        raise ArgumentError, "the form has been read already: its parts come once"
    end
  end

  # ---- the process ----

  defp loop(state) do
    receive do
      {:stop, pid, reference} ->
        cancel(state)
        send(pid, {reference, :ok})

      {message, pid, reference} ->
        {answer, state} = answer(message, state)
        send(pid, {reference, answer})
        loop(state)
    end
  end

  # One that has failed may fail once more, and nobody cares.
  defp cancel(%{source: nil}), do: :ok

  defp cancel(%{source: source}) do
    source.({:halt, nil})
  catch
    _kind, _reason -> :ok
  end

  defp answer(message, state) do
    perform(message, state)
  catch
    kind, reason -> {{:raised, kind, reason, __STACKTRACE__}, state}
  end

  defp perform(:next_part, %{phase: :body} = state) do
    case body(state) do
      {{:ok, _chunk}, state} -> perform(:next_part, state)
      {:done, state} -> perform(:next_part, state)
    end
  end

  defp perform(:next_part, %{phase: :preamble} = state),
    do: state |> first_boundary() |> boundary()

  defp perform(:next_part, %{phase: :boundary} = state), do: boundary(state)
  defp perform(:next_part, %{phase: :epilogue} = state), do: {:done, state}

  defp perform({:next_chunk, part}, %{part: part, phase: :body} = state), do: body(state)
  defp perform({:next_chunk, part}, %{part: part} = state), do: {:done, state}

  defp perform({:next_chunk, _earlier}, _state),
    do: raise(ArgumentError, "this part of the form has passed: read it before the next one")

  defp first_boundary(state) do
    case cut(state) do
      {:boundary, _preamble, state} -> %{state | phase: :boundary}
      {:more, _preamble, state} -> state |> fill() |> first_boundary()
      :ended -> malformed("the boundary does not occur in the body")
    end
  end

  # RFC 2046 allows white space behind a boundary.
  defp boundary(%{buffer: "--" <> _epilogue} = state) do
    {:done, drain(%{state | buffer: "", phase: :epilogue})}
  end

  defp boundary(%{buffer: "\r\n" <> rest} = state), do: header(%{state | buffer: rest})

  defp boundary(%{buffer: <<space, rest::binary>>} = state) when space in [?\s, ?\t],
    do: boundary(%{state | buffer: rest})

  defp boundary(%{buffer: begun, source: source} = state)
       when begun in ["", "-", "\r"] and source != nil,
       do: state |> fill() |> boundary()

  defp boundary(_state), do: malformed("a boundary is not followed by a line break")

  # Headers end with an empty line, which no boundary may have a share in.
  defp header(%{buffer: buffer, delimiter: delimiter} = state) do
    needed = byte_size(buffer) - byte_size(delimiter)

    case header_end(buffer) do
      {at, size} when at + size <= needed + 2 or state.source == nil ->
        <<lines::binary-size(at), _line_ends::binary-size(size), rest::binary>> = buffer

        if boundary_before?(buffer, delimiter, at + size),
          do: headers_do_not_end(),
          else: opened(lines, rest, state)

      {_at, _size} ->
        state |> fill() |> header()

      :nomatch when byte_size(buffer) >= @max_header_bytes ->
        headers_do_not_end()

      :nomatch when state.source == nil ->
        if boundary_before?(buffer, delimiter, byte_size(buffer)),
          do: headers_do_not_end(),
          else: malformed("the last part does not end with the boundary")

      :nomatch ->
        state |> fill() |> header()
    end
  end

  # A part without headers begins with the empty line.
  defp header_end("\r\n" <> _body), do: {0, 2}

  defp header_end(buffer) do
    scope = {0, min(byte_size(buffer), @max_header_bytes)}
    :binary.match(buffer, "\r\n\r\n", scope: scope)
  end

  defp boundary_before?(buffer, delimiter, stop) do
    case :binary.match(buffer, delimiter) do
      {at, _size} -> at < stop
      :nomatch -> false
    end
  end

  defp headers_do_not_end,
    do: malformed("the headers of a part do not end within #{@max_header_bytes} bytes")

  defp opened(lines, rest, %{part: part} = state) do
    if part >= state.max_parts,
      do: too_large("the form has more than #{state.max_parts} parts")

    case PartHeader.parse(lines) do
      {:ok, header} ->
        state = %{state | buffer: rest, phase: :body, part: part + 1, part_bytes: 0}
        {{:ok, part + 1, header}, state}

      {:error, reason} ->
        malformed(reason)
    end
  end

  # The boundary stays in the buffer until the bytes before it are taken.
  defp body(state) do
    case cut(state) do
      {:boundary, "", state} ->
        {:done, %{state | phase: :boundary}}

      {:boundary, bytes, state} ->
        counted(bytes, %{state | buffer: state.delimiter <> state.buffer})

      {:more, "", state} ->
        state |> fill() |> body()

      {:more, bytes, state} ->
        counted(bytes, state)

      :ended ->
        malformed("the last part does not end with the boundary")
    end
  end

  defp counted(bytes, %{max_part_bytes: max} = state) do
    part_bytes = state.part_bytes + byte_size(bytes)
    # `n > :infinity` is false: every number is smaller than an atom.
    if part_bytes > max, do: too_large("a part of the form has more than #{max} bytes")
    {{:ok, bytes}, %{state | part_bytes: part_bytes}}
  end

  # What stands before the next boundary, which the buffer may hold in part.
  defp cut(%{buffer: buffer, delimiter: delimiter} = state) do
    case :binary.split(buffer, delimiter) do
      [before, rest] ->
        {:boundary, before, %{state | buffer: rest}}

      [_all] when state.source == nil ->
        :ended

      [_all] ->
        sure = max(byte_size(buffer) - byte_size(delimiter) + 1, 0)
        <<bytes::binary-size(sure), rest::binary>> = buffer
        {:more, bytes, %{state | buffer: rest}}
    end
  end

  defp fill(%{source: source, buffer: buffer} = state) do
    case source.({:cont, nil}) do
      {:suspended, chunk, source} -> %{state | buffer: buffer <> chunk, source: source}
      {_done, _last} -> %{state | source: nil}
    end
  end

  # To its end, so that the client can send it to its end.
  defp drain(%{source: nil} = state), do: state
  defp drain(state), do: drain(fill(%{state | buffer: ""}))

  @spec malformed(String.t()) :: no_return()
  defp malformed(reason), do: raise(Error, status: 400, message: "malformed form: " <> reason)

  @spec too_large(String.t()) :: no_return()
  defp too_large(reason), do: raise(Error, status: 413, message: reason)
end
