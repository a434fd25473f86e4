defmodule ElixirWorkers.Bindings.Fake do
  @moduledoc """
  A binding that is not there, for `mix test`: `ElixirWorkers.KV.Fake`, `ElixirWorkers.D1.Fake`, those of plugins.

  A fake answers the operations of its kind as the kind's JavaScript module does, with the same terms.

  Fakes belong to the process that has set them up, and to what it starts: a request of `ElixirWorkers.Test`, tasks.
  """

  @typedoc "As the host answers: `\"code\"` and `\"message\"` say why not."
  @type answer :: {:ok, term()} | {:error, %{required(String.t()) => String.t()} | :not_a_worker}

  @typedoc "Answers an operation."
  @type fake :: (operation :: String.t(), args :: [term()] -> answer())

  @doc "Starts a fake, linked to the calling process, and returns what answers for it."
  @callback start(options :: keyword()) :: fake()

  @key :elixir_workers_fakes

  @doc """
  Sets the fakes of the calling process, by name of the binding.
  """
  @spec put(%{optional(String.t()) => fake()}) :: :ok
  def put(fakes) when is_map(fakes) do
    Process.put(@key, fakes)
    :ok
  end

  @doc """
  Answers a call from the fakes of the calling process, or of those it was started by.
  """
  @spec call(String.t(), String.t(), [term()]) :: answer()
  def call(binding, operation, args) do
    case inherited(@key) do
      nil -> {:error, :not_a_worker}
      %{^binding => fake} -> fake.(operation, args)
      _others -> unknown_binding()
    end
  end

  @doc """
  Performs a cast at once; a failure goes to the log of the request.
  """
  @spec cast(String.t(), String.t(), [term()]) :: :ok | {:error, :not_a_worker}
  def cast(binding, operation, args) do
    case call(binding, operation, args) do
      {:ok, _value} ->
        :ok

      {:error, :not_a_worker} = error ->
        error

      {:error, reason} ->
        error = ElixirWorkers.BindingError.new(binding, operation, reason)
        log(Exception.message(error))
    end
  end

  @log_key :elixir_workers_log

  @doc """
  Sets where the failures of casts are logged.
  """
  @spec put_log((String.t() -> term())) :: :ok
  def put_log(log) when is_function(log, 1) do
    Process.put(@log_key, log)
    :ok
  end

  defp log(message) do
    case inherited(@log_key) do
      nil -> IO.puts(:stderr, ["[error] ", message])
      log -> log.(message)
    end

    :ok
  end

  defp unknown_binding do
    {:error, %{"code" => "unknown_binding", "message" => "no binding of this name is configured"}}
  end

  # `$callers` is what `Task` keeps, and the server for the process of a request.
  defp inherited(key) do
    callers = Process.get(:"$callers") || []
    Enum.find_value([self() | callers], &dictionary_value(&1, key))
  end

  defp dictionary_value(pid, key) when pid == self(), do: Process.get(key)

  defp dictionary_value(pid, key) do
    with {:dictionary, dictionary} <- Process.info(pid, :dictionary),
         {^key, value} <- List.keyfind(dictionary, key, 0),
         do: value,
         else: (_none -> nil)
  end
end
