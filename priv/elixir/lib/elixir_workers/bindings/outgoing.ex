defmodule ElixirWorkers.Bindings.Outgoing do
  @moduledoc false
  # A body on its way to an operation: chunk after chunk, until all are written or the operation has failed.

  @compile {:no_warn_undefined, :atomvm_host}

  @typedoc "As the host answers."
  @type answer :: {:ok, term()} | {:error, term()}

  @doc false
  @spec write(Enumerable.t(), non_neg_integer(), reference()) :: :written | {:answered, answer()}
  def write(chunks, id, call) do
    try do
      Enum.reduce_while(chunks, :written, fn chunk, :written ->
        write_chunk(id, IO.iodata_to_binary(chunk), call)
      end)
    catch
      kind, reason ->
        :atomvm_host.cast("", "stream_abort", [id, "the application failed"])
        forget(call)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      :written -> close(id, call)
      :refused -> :written
      {:answered, _answer} = answered -> answered
    end
  end

  # The operation may answer while the body is being written: a failure ends it. With anything else it may still be read
  # from, and if it is not, the next write fails.
  defp write_chunk(id, bytes, call) do
    write = :atomvm_host.call("", "stream_write", [id, bytes])

    receive do
      {:atomvm_reply, ^write, {:ok, nil}} ->
        {:cont, :written}

      # Nobody reads any more; why, the answer says.
      {:atomvm_reply, ^write, {:error, _reason}} ->
        {:halt, :refused}

      {:atomvm_reply, ^call, {:error, _reason} = answer} ->
        forget(write)
        {:halt, {:answered, answer}}
    end
  end

  defp close(id, call) do
    close = :atomvm_host.call("", "stream_close", [id])

    receive do
      {:atomvm_reply, ^close, _answer} ->
        :written

      {:atomvm_reply, ^call, answer} ->
        forget(close)
        {:answered, answer}
    end
  end

  @doc """
  Cancels a call. An answer that came before does not stay in the mailbox.
  """
  @spec forget(reference()) :: :ok
  def forget(reference) do
    if not :atomvm_host.cancel(reference) do
      receive do
        {:atomvm_reply, ^reference, _answer} -> :ok
      after
        0 -> :ok
      end
    end

    :ok
  end
end
