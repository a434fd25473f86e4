defmodule ElixirWorkers.Queue do
  @moduledoc "Messages into a Cloudflare Queue."

  alias ElixirWorkers.{BindingError, Bindings}

  @doc "Sends bytes; returns how many messages this request has sent."
  @spec send_bytes(String.t(), binary(), keyword()) ::
          {:ok, pos_integer()} | {:error, BindingError.t()}
  def send_bytes(queue, bytes, opts \\ []) when is_binary(bytes) do
    defaults = %{delay: nil, timeout: :infinity}
    opts = Bindings.options!(opts, defaults, &check/2, "Queue.send_bytes")
    Bindings.call(queue, "send", [bytes, opts.delay], timeout: opts.timeout)
  end

  defp check(:delay, delay) when is_integer(delay) and delay >= 0, do: :ok
  defp check(:delay, _other), do: "must be seconds"
  defp check(option, value), do: Bindings.check_option(option, value)
end

defmodule ElixirWorkers.Queue.Fake do
  @moduledoc "A queue under `mix test`: it sends what it is given to the process that has set it up."

  @behaviour ElixirWorkers.Bindings.Fake

  @impl true
  def start(_options) do
    test = self()

    fn "send", [bytes, _delay] ->
      send(test, {:queued, bytes})
      {:ok, 1}
    end
  end
end
