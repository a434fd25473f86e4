defmodule ElixirWorkers.Bindings do
  @moduledoc """
  The door to bindings: `ElixirWorkers.KV`, `ElixirWorkers.D1` and the modules of plugins call through it.

  A call makes its process wait. The machine gives the turn back to JavaScript, which awaits the calls of all waiting
  processes together, so tasks overlap:

      tasks = for key <- keys, do: Task.async(fn -> KV.get!("CACHE", key) end)
      Task.await_many(tasks)

  A cast does not wait: it goes on behind the response, and its failure is logged as an error with the request's id.

  Names of bindings are those of the configuration. A string from a request reaches a binding of that name and
  nothing else; if it must not choose among them, do not pass it.

  Under `mix test` calls go to the fakes that `ElixirWorkers.Test.put_bindings/1` has set up.
  """

  alias ElixirWorkers.{BindingError, Bindings.Fake, Bindings.Outgoing, BodyStream, Streaming}

  # Natives of the virtual machine; on ordinary Elixir there is no such module.
  @compile {:no_warn_undefined, :atomvm_host}

  # The journal of `ElixirWorkers.Replay`, by its registered name: workers that do not replay do not carry the module.
  @replay :elixir_workers_replay

  @typedoc """
    * `:timeout` - milliseconds to wait for the answer; `:infinity` by default: the limit of the request ends it.
      What the service does meanwhile cannot be undone: a write that timed out may have happened.
  """
  @type option :: {:timeout, timeout()}

  @typedoc "What `call_with_body/5` sends; an enumerable is one of iodata."
  @type body :: iodata() | BodyStream.t() | Enumerable.t()

  @doc """
  Asks a binding and waits for the answer.

  Arguments and answers are terms that JavaScript has too: `nil`, booleans, numbers, binaries, lists, tuples, maps.

      iex> {:error, error} = ElixirWorkers.Bindings.call("CACHE", "get", ["key", nil])
      iex> error.code
      :not_a_worker
  """
  @spec call(String.t(), String.t(), [term()], [option()]) ::
          {:ok, term()} | {:error, BindingError.t()}
  def call(binding, operation, args, opts \\ [])
      when is_binary(binding) and is_binary(operation) and is_list(args) do
    timeout = timeout(opts)

    case start(binding, operation, args, timeout) do
      {:started, reference} -> await(reference, binding, operation, timeout)
      # Who answers has been told how long it may take.
      {:replayed, reference} -> await(reference, binding, operation, :infinity)
      {:answered, answer} -> result(answer, binding, operation)
    end
  end

  @doc """
  Asks a binding for something that takes a body, which may be larger than the machine's memory.

  `args` is a function of the term that stands for the body among the arguments. A body is iodata; an
  `ElixirWorkers.BodyStream`, which the host moves by itself; or an enumerable of iodata, each of which is made when the
  one before has been taken. What the enumerable raises comes out of here when the host has been told that the body breaks
  off. `:timeout` counts from the end of the body. A fake gets the body as one binary.
  """
  @spec call_with_body(String.t(), String.t(), body(), (term() -> [term()]), [option()]) ::
          {:ok, term()} | {:error, BindingError.t()}
  def call_with_body(binding, operation, body, args, opts \\ [])

  def call_with_body(binding, operation, body, args, opts) when is_binary(body) or is_list(body),
    do: call(binding, operation, args.(IO.iodata_to_binary(body)), opts)

  def call_with_body(binding, operation, body, args, opts) do
    case BodyStream.handle(body) do
      nil -> send_body(open_stream(), binding, operation, body, args, opts)
      handle -> call(binding, operation, args.(handle), opts)
    end
  end

  # In a replay a body that is made here cannot leave in pieces: each would be a round of its own.
  defp open_stream do
    case :erlang.whereis(@replay) do
      :undefined -> start_call("", "stream_open", [])
      _journal -> {:answered, :replayed}
    end
  end

  defp send_body({:started, reference}, binding, operation, body, args, opts) do
    {:ok, id} = await(reference, "", "stream_open", :infinity)
    call = :atomvm_host.call(binding, operation, args.({:stream, id, nil}))

    case Outgoing.write(body, id, call) do
      {:answered, answer} -> result(answer, binding, operation)
      :written -> await(call, binding, operation, timeout(opts))
    end
  end

  # Where nothing answers, or a fake does, or a body has to be whole.
  defp send_body({:answered, _none}, binding, operation, body, args, opts),
    do: call(binding, operation, args.(Streaming.collect(body)), opts)

  defp start(binding, operation, args, timeout) do
    case :erlang.whereis(@replay) do
      :undefined -> start_call(binding, operation, args)
      journal -> {:replayed, replay_call(journal, binding, operation, args, timeout)}
    end
  end

  defp start_call(binding, operation, args) do
    {:started, :atomvm_host.call(binding, operation, args)}
  rescue
    UndefinedFunctionError -> {:answered, Fake.call(binding, operation, args)}
  end

  defp replay_call(journal, binding, operation, args, timeout) do
    reference = make_ref()
    call = :erlang.term_to_binary({binding, operation, args})
    timeout_ms = if timeout == :infinity, do: nil, else: timeout
    name = {binding, operation}
    send(journal, {@replay, :call, self(), reference, name, call, timeout_ms})
    reference
  end

  defp await(reference, binding, operation, timeout) do
    receive do
      {:atomvm_reply, ^reference, answer} -> result(answer, binding, operation)
    after
      timeout ->
        Outgoing.forget(reference)
        result({:error, timed_out(timeout)}, binding, operation)
    end
  end

  defp timeout(timeout: timeout), do: timeout || :infinity
  defp timeout(opts), do: Keyword.get(opts, :timeout) || :infinity

  defp timed_out(timeout),
    do: %{"code" => "timeout", "message" => "no answer within #{timeout} ms"}

  @doc """
  Asks a binding for something whose answer nobody waits for; it goes on behind the response.

  A failure is logged as an error. The answer is an error where nothing performs it.

      iex> {:error, error} = ElixirWorkers.Bindings.cast("CACHE", "put", ["key", "value", nil, nil, nil])
      iex> error.code
      :not_a_worker
  """
  @spec cast(String.t(), String.t(), [term()]) :: :ok | {:error, BindingError.t()}
  def cast(binding, operation, args)
      when is_binary(binding) and is_binary(operation) and is_list(args) do
    with {:error, _reason} = error <- start_cast(binding, operation, args),
         do: result(error, binding, operation)
  end

  defp start_cast(binding, operation, args) do
    case :erlang.whereis(@replay) do
      :undefined -> cast_now(binding, operation, args)
      journal -> replay_cast(journal, binding, operation, args)
    end
  end

  defp cast_now(binding, operation, args) do
    :atomvm_host.cast(binding, operation, args)
  rescue
    UndefinedFunctionError -> Fake.cast(binding, operation, args)
  end

  defp replay_cast(journal, binding, operation, args) do
    send(journal, {@replay, :cast, :erlang.term_to_binary({binding, operation, args})})
    :ok
  end

  @doc """
  Builds the error of a call that is refused before it is made.

      iex> ElixirWorkers.Bindings.refuse("CACHE", "get", "invalid_key", "a key must not be empty")
      {:error,
       %ElixirWorkers.BindingError{binding: "CACHE", operation: "get", code: :invalid_key, message: "a key must not be empty"}}
  """
  @spec refuse(String.t(), String.t(), String.t(), String.t()) :: {:error, BindingError.t()}
  def refuse(binding, operation, code, message),
    do: result({:error, %{"code" => code, "message" => message}}, binding, operation)

  @doc """
  Returns the value of an answer, or raises its error; `:not_found` is nil.

      iex> ElixirWorkers.Bindings.value!({:ok, 1})
      1
      iex> ElixirWorkers.Bindings.value!(:not_found)
      nil
  """
  @spec value!(:ok | {:ok, value} | :not_found | {:error, BindingError.t()}) :: value | nil | :ok
        when value: term()
  def value!({:ok, value}), do: value
  def value!(:ok), do: :ok
  def value!(:not_found), do: nil
  def value!({:error, %BindingError{} = error}), do: raise(error)

  @doc """
  Checks the options of a call and returns them on top of the defaults.

  Raises `ArgumentError` for an option that has no default, or that `check` finds wrong: it gets name and value, and
  says what it must be when it is not.

      iex> check = fn :limit, limit -> if limit in 1..1000, do: :ok, else: "must be an integer in 1..1000" end
      iex> ElixirWorkers.Bindings.options!([limit: 5], %{limit: 1000, prefix: nil}, check, "KV.list")
      %{limit: 5, prefix: nil}
      iex> ElixirWorkers.Bindings.options!([limit: 0], %{limit: 1000, prefix: nil}, check, "KV.list")
      ** (ArgumentError) KV.list: :limit must be an integer in 1..1000, got: 0

      iex> ElixirWorkers.Bindings.options!([size: 1], %{limit: 1000, prefix: nil}, fn _, _ -> :ok end, "KV.list")
      ** (ArgumentError) KV.list has no option :size; it has :limit, :prefix
  """
  @spec options!(keyword(), map(), (atom(), term() -> :ok | String.t()), String.t()) :: map()
  def options!([], defaults, _check, _name), do: defaults

  def options!(opts, defaults, check, name) when is_list(opts),
    do: Enum.reduce(opts, defaults, &put_option(&1, &2, check, name))

  def options!(other, _defaults, _check, name), do: no_options(other, name)

  defp put_option({key, value}, options, check, name) when is_map_key(options, key) do
    case check.(key, value) do
      :ok -> %{options | key => value}
      rule -> raise ArgumentError, "#{name}: #{inspect(key)} #{rule}, got: #{inspect(value)}"
    end
  end

  defp put_option({key, _value}, options, _check, name) do
    known = options |> Map.keys() |> Enum.sort() |> Enum.map_join(", ", &inspect/1)
    raise ArgumentError, "#{name} has no option #{inspect(key)}; it has #{known}"
  end

  defp put_option(other, _options, _check, name), do: no_options(other, name)

  @spec no_options(term(), String.t()) :: no_return()
  defp no_options(other, name),
    do: raise(ArgumentError, "#{name}: options must be a keyword list, got: #{inspect(other)}")

  @doc """
  Checks `:timeout` and `:await`, the options that several kinds have.

      iex> ElixirWorkers.Bindings.check_option(:timeout, 500)
      :ok
      iex> ElixirWorkers.Bindings.check_option(:timeout, 1.5)
      "must be milliseconds or :infinity"
      iex> ElixirWorkers.Bindings.check_option(:await, nil)
      "must be true or false"
  """
  @spec check_option(:timeout | :await, term()) :: :ok | String.t()
  def check_option(:timeout, :infinity), do: :ok
  def check_option(:timeout, timeout) when is_integer(timeout) and timeout >= 0, do: :ok
  def check_option(:timeout, _other), do: "must be milliseconds or :infinity"
  def check_option(:await, value) when is_boolean(value), do: :ok
  def check_option(:await, _other), do: "must be true or false"

  defp result({:ok, value}, _binding, _operation), do: {:ok, value}

  defp result({:error, :not_a_worker}, binding, operation) do
    refuse(
      binding,
      operation,
      "not_a_worker",
      "there is no worker here; in a test, set up a fake with ElixirWorkers.Test.put_bindings/1"
    )
  end

  defp result({:error, %{"code" => _} = reason}, binding, operation),
    do: {:error, BindingError.new(binding, operation, reason)}
end
