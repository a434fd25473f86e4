defmodule ElixirWorkers.BodyStream do
  @moduledoc """
  A body that is not here yet: that of a request, of an object in a bucket, of an answer over HTTP. It is an enumerable of
  binaries, each of which is fetched when it is needed.

      conn |> Conn.body_stream() |> Enum.reduce(0, &(byte_size(&1) + &2))

  A body is read once. What is given away is moved by the host, without passing through the machine: `Conn.stream/3` makes
  it the body of the response, an operation of a binding (`R2.put/4`) the body of what it sends. Memory does not grow with
  the body, either way. What nobody has read is cancelled when the request ends.

    * `:length` - in bytes, nil when nobody knows it;
    * `:origin` - the name of the binding it came from, or `:request`.

  A failure on the way raises: of a request's body an `ElixirWorkers.Error` that answers 413 beyond the limit and 400 for
  one that breaks off, of any other an `ElixirWorkers.BindingError`.
  """

  alias ElixirWorkers.{BindingError, Bindings, Error}

  @enforce_keys [:source]
  defstruct [:source, :length, origin: :request]

  @typedoc "`source` is what the host knows the stream by, or under `mix test` an enumerable of binaries."
  @type t :: %__MODULE__{
          source: non_neg_integer() | Enumerable.t(),
          length: non_neg_integer() | nil,
          origin: String.t() | :request
        }

  @typedoc "As streams cross between the machine and the host."
  @type handle :: {:stream, id :: non_neg_integer(), length :: non_neg_integer() | nil}

  @doc """
  Makes a stream of what an operation of a binding has answered: a handle, or where a fake answers also the bytes, or an
  enumerable of them.

      iex> ElixirWorkers.BodyStream.new("hello", "BUCKET") |> Enum.to_list()
      ["hello"]
      iex> ElixirWorkers.BodyStream.new({:stream, 1, 5}, "BUCKET").length
      5
  """
  @spec new(handle() | binary() | Enumerable.t(), String.t() | :request) :: t()
  def new(answer, origin \\ :request)

  def new({:stream, id, length}, origin) when is_integer(id),
    do: %__MODULE__{source: id, length: length, origin: origin}

  def new("", origin), do: %__MODULE__{source: [], length: 0, origin: origin}

  def new(bytes, origin) when is_binary(bytes),
    do: %__MODULE__{source: [bytes], length: byte_size(bytes), origin: origin}

  def new(chunks, origin), do: %__MODULE__{source: chunks, origin: origin}

  @doc """
  The handle of a stream that the host has, which it can move by itself; nil for any other term.

      iex> ElixirWorkers.BodyStream.handle(%ElixirWorkers.BodyStream{source: 1, length: 5})
      {:stream, 1, 5}
      iex> ElixirWorkers.BodyStream.handle(["chunk"])
      nil
  """
  @spec handle(term()) :: handle() | nil
  def handle(%__MODULE__{source: id, length: length}) when is_integer(id),
    do: {:stream, id, length}

  def handle(_other), do: nil

  @doc """
  Reads what is left into one binary, as long as it is at most `max_bytes`; of a longer one the rest is cancelled.

      iex> ElixirWorkers.BodyStream.read_all(ElixirWorkers.BodyStream.new(["a", "b"]), 10)
      {:ok, "ab"}
      iex> ElixirWorkers.BodyStream.read_all(ElixirWorkers.BodyStream.new(["a", "b"]), 1)
      {:error, :too_large}
  """
  @spec read_all(t(), non_neg_integer()) :: {:ok, binary()} | {:error, :too_large}
  def read_all(%__MODULE__{} = stream, max_bytes) when is_integer(max_bytes) do
    collected =
      Enum.reduce_while(stream, {[], 0}, fn chunk, {chunks, bytes} ->
        bytes = bytes + byte_size(chunk)

        if bytes <= max_bytes,
          do: {:cont, {[chunks | chunk], bytes}},
          else: {:halt, :too_large}
      end)

    case collected do
      {chunks, _bytes} -> {:ok, IO.iodata_to_binary(chunks)}
      :too_large -> {:error, :too_large}
    end
  end

  @doc """
  Says that nobody wants the rest, so that the host can let go of it before the request ends.

      iex> ElixirWorkers.BodyStream.cancel(ElixirWorkers.BodyStream.new("unread"))
      :ok
  """
  @spec cancel(t()) :: :ok
  def cancel(%__MODULE__{source: id}) when is_integer(id) do
    _ = Bindings.call("", "stream_cancel", [id])
    :ok
  end

  def cancel(%__MODULE__{}), do: :ok

  @doc false
  @spec next(t()) :: {:ok, binary()} | :done
  def next(%__MODULE__{source: id} = stream) when is_integer(id) do
    case Bindings.call("", "stream_read", [id]) do
      {:ok, nil} -> :done
      {:ok, chunk} -> {:ok, chunk}
      {:error, error} -> raise failure(stream, error)
    end
  end

  defp failure(%{origin: :request}, %BindingError{code: "too_large", message: message}),
    do: Error.exception(status: 413, message: message)

  # The application's doing, not the client's.
  defp failure(%{origin: :request}, %BindingError{code: "no_stream", message: message}),
    do: ArgumentError.exception("the body of the request: " <> message)

  defp failure(%{origin: :request}, %BindingError{}),
    do: Error.exception(status: 400, message: "the request body ended before its end")

  defp failure(%{origin: binding}, error), do: %{error | binding: binding, operation: "read"}

  defimpl Enumerable do
    alias ElixirWorkers.BodyStream

    def reduce(%{source: id} = stream, action, fun) when is_integer(id),
      do: step(stream, action, fun)

    def reduce(%{source: chunks}, action, fun), do: Enumerable.reduce(chunks, action, fun)

    defp step(stream, {:cont, acc}, fun) do
      case BodyStream.next(stream) do
        {:ok, chunk} -> step(stream, fun.(chunk, acc), fun)
        :done -> {:done, acc}
      end
    end

    defp step(stream, {:halt, acc}, _fun) do
      BodyStream.cancel(stream)
      {:halted, acc}
    end

    defp step(stream, {:suspend, acc}, fun), do: {:suspended, acc, &step(stream, &1, fun)}

    def count(_stream), do: {:error, __MODULE__}
    def member?(_stream, _element), do: {:error, __MODULE__}
    def slice(_stream), do: {:error, __MODULE__}
  end
end
