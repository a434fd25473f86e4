defmodule ElixirWorkers.Queues do
  @moduledoc """
  Sends messages to Cloudflare Queues; `ElixirWorkers.Queues.Consumer` receives them.

      [tool.hatch.build.targets.elixir-workers.bindings]
      MAILS = { kind = "queue", queue = "mails" }

      :ok = ElixirWorkers.Queues.send("MAILS", %{to: "ada@example.com", subject: "Hello"})

  A message has a type, which decides how its body travels and what a consumer gets:

  | type | body | arrives as |
  |---|---|---|
  | `:json` (default) | what `ElixirWorkers.JSON` encodes | the decoded JSON: maps with string keys, numbers as in JavaScript |
  | `:text` | a string of UTF-8 | the string |
  | `:bytes` | a binary | the binary |

  A queue takes messages of up to 128,000 bytes, batches of up to 100 messages and 256,000 bytes. It delivers at least once,
  in no order.
  """

  import Kernel, except: [send: 2]

  alias ElixirWorkers.{BindingError, Bindings, JSON}

  @max_delay_s 43_200

  @typedoc "See the table above."
  @type type :: :json | :text | :bytes

  @typedoc """
    * `:type` - `:json` by default;
    * `:delay` - seconds until the message can be delivered, at most 43,200 (12 hours); the queue's own by default;
    * `:await` - false leaves it for after the response; a failure is logged;
    * `:timeout` - milliseconds to wait for the service; `:infinity` by default.
  """
  @type option ::
          {:type, type()} | {:delay, 0..43_200} | {:await, boolean()} | {:timeout, timeout()}

  @doc """
  Sends one message.

  Raises `ArgumentError` for an option that is none, or a body that its type cannot carry.
  """
  @spec send(String.t(), term(), [option()]) :: :ok | {:error, BindingError.t()}
  def send(queue, body, opts \\ []) when is_binary(queue) do
    opts = options!(opts, "Queues.send")
    perform(queue, "send", [message!(body, opts, opts.delay, "Queues.send")], opts)
  end

  @doc """
  Sends one message, and raises `ElixirWorkers.BindingError` when that fails.
  """
  @spec send!(String.t(), term(), [option()]) :: :ok
  def send!(queue, body, opts \\ []), do: queue |> send(body, opts) |> Bindings.value!()

  @doc """
  Sends several messages in one call: all of them, or none.

  A message is a body, or `{body, options}` with a `:type` or `:delay` of its own.

      ElixirWorkers.Queues.send_batch("MAILS", [%{id: 1}, {%{id: 2}, delay: 60}])
  """
  @spec send_batch(String.t(), [term() | {term(), [option()]}], [option()]) ::
          :ok | {:error, BindingError.t()}
  def send_batch(queue, messages, opts \\ []) when is_binary(queue) and is_list(messages) do
    opts = options!(opts, "Queues.send_batch")
    messages = Enum.map(messages, &batched!(&1, opts))

    if messages == [],
      do: :ok,
      else: perform(queue, "send_batch", [messages, opts.delay], opts)
  end

  @doc """
  Sends several messages, and raises `ElixirWorkers.BindingError` when that fails.
  """
  @spec send_batch!(String.t(), [term() | {term(), [option()]}], [option()]) :: :ok
  def send_batch!(queue, messages, opts \\ []),
    do: queue |> send_batch(messages, opts) |> Bindings.value!()

  defp batched!({body, own}, opts) do
    defaults = %{type: opts.type, delay: nil}
    own = Bindings.options!(own, defaults, &check/2, "a message of Queues.send_batch")
    message!(body, own, own.delay, "Queues.send_batch")
  end

  defp batched!(body, opts), do: message!(body, opts, nil, "Queues.send_batch")

  defp message!(body, %{type: type}, delay, name),
    do: {Atom.to_string(type), encode!(type, body, name), delay}

  defp encode!(:json, body, _name), do: JSON.encode!(body)

  defp encode!(type, body, name) do
    if is_binary(body) and (type == :bytes or String.valid?(body)) do
      body
    else
      what = if type == :text, do: "a string of UTF-8", else: "a binary"

      raise ArgumentError,
            "#{name}: a message of type #{inspect(type)} must be #{what}, got: #{inspect(body)}"
    end
  end

  defp perform(queue, operation, args, %{await: false}),
    do: Bindings.cast(queue, operation, args)

  defp perform(queue, operation, args, opts) do
    with {:ok, nil} <- Bindings.call(queue, operation, args, timeout: opts.timeout), do: :ok
  end

  defp options!(opts, name) do
    defaults = %{type: :json, delay: nil, await: true, timeout: :infinity}
    Bindings.options!(opts, defaults, &check/2, name)
  end

  defp check(:type, type) when type in [:json, :text, :bytes], do: :ok
  defp check(:type, _other), do: "must be :json, :text or :bytes"
  defp check(:delay, delay) when is_integer(delay) and delay in 0..@max_delay_s, do: :ok
  defp check(:delay, _other), do: "must be seconds in 0..#{@max_delay_s}"
  defp check(option, value), do: Bindings.check_option(option, value)
end
