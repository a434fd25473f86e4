defmodule ElixirWorkers.Transport.Host do
  @moduledoc """
  The transport of a worker: the natives of module `atomvm_host` (`docs/reference/host-abi.md` §3).
  """

  @behaviour ElixirWorkers.Transport

  # Natives of the virtual machine; on ordinary Elixir there is no such module.
  @compile {:no_warn_undefined, :atomvm_host}

  @doc """
  Makes the calling process the receiver of requests.

  The answer is `{:error, :not_a_worker}` where nothing sends any: in `_start` mode and on ordinary Elixir.

      iex> ElixirWorkers.Transport.Host.listen()
      {:error, :not_a_worker}
  """
  @spec listen() :: :ok | {:error, :not_a_worker}
  def listen do
    :atomvm_host.listen()
  rescue
    UndefinedFunctionError -> {:error, :not_a_worker}
  end

  @impl true
  def next(state) do
    receive do
      {:atomvm_request, head, body} -> {:request, head, body, state}
    end
  end

  @impl true
  def respond({status, headers, body}, state) do
    :atomvm_host.respond(status, headers, body)
    state
  end

  # The calls of a streamed body (`docs/reference/host-abi.md`, "Response"): their binding has no name.
  @impl true
  def chunk(bytes, _state), do: call("chunk", [bytes])

  @impl true
  def finish(how, _state) do
    _ = call(Atom.to_string(how), [])
    :ok
  end

  defp call(operation, args) do
    reference = :atomvm_host.call("", operation, args)

    receive do
      {:atomvm_reply, ^reference, {:ok, _nothing}} -> :ok
      {:atomvm_reply, ^reference, {:error, _reason}} -> {:error, :closed}
    end
  end

  @impl true
  def pipe(stream, _state) do
    with {:ok, nil} <- ElixirWorkers.Bindings.call("", "stream_pipe", [stream.source]), do: :ok
  end

  @impl true
  def log(level, message, _state), do: :atomvm_host.log(level, message)
end
