defmodule ElixirWorkers.Queues.Consumer do
  @moduledoc """
  Receives messages of a queue.

      [[tool.hatch.build.targets.elixir-workers.events]]
      kind = "queue"
      queue = "mails"
      handler = "MyApp.Mailer"

  The handler has one of two functions. `c:handle_message/2` gets the messages one after the other:

      defmodule MyApp.Mailer do
        @behaviour ElixirWorkers.Queues.Consumer

        @impl true
        def handle_message(message, context) do
          case MyApp.Mail.deliver(message.body, context["env"]["MAIL_KEY"]) do
            {:ok, _receipt} -> :ok
            {:error, :busy} -> {:retry, 60}
          end
        end
      end

  What it raises is logged, and that message comes again; the others of the batch are not touched. So does one whose body cannot
  be read, which no handler sees.

  `c:handle_batch/2` gets the whole batch, and answers for all messages or for each. What it raises is logged, and the whole
  batch comes again.

  How often a message comes again, after how long, and where it goes in the end is said by `max_retries`, `retry_delay` and
  `dead_letter_queue` of the configuration. A queue delivers at least once: a handler must bear a message that it has seen.
  """

  @behaviour ElixirWorkers.Events

  alias ElixirWorkers.{Events, Failure}
  alias ElixirWorkers.Queues.Message

  @max_delay_s 43_200

  @typedoc "Done, or to come again: after the queue's own delay, or so many seconds."
  @type outcome :: :ok | :retry | {:retry, delay_s :: 0..43_200}

  @doc "Handles a message."
  @callback handle_message(Message.t(), Events.context()) :: outcome()

  @doc """
  Handles a batch: an outcome for all messages, or a list of `{message, outcome}`; messages that it leaves out are done.
  """
  @callback handle_batch([Message.t()], Events.context()) ::
              outcome() | [{Message.t(), outcome()}]

  @optional_callbacks handle_message: 2, handle_batch: 2

  @impl true
  def handle_event(handler, payload, context) do
    read = payload |> Enum.map(&message(&1, context)) |> Enum.with_index()
    {readable, unreadable} = Enum.split_with(read, &match?({%Message{}, _index}, &1))
    {messages, indices} = Enum.unzip(readable)
    outcomes = Enum.zip(outcomes(handler, messages, context), indices)

    for {outcome, index} <- outcomes ++ unreadable,
        outcome != :ok,
        do: {index, delay(outcome)}
  end

  # Each body is an external term of its own.
  defp message({id, timestamp_ms, attempts, body}, context) do
    timestamp = DateTime.from_unix!(timestamp_ms, :millisecond)
    body = :erlang.binary_to_term(body)
    %Message{id: id, body: body, timestamp: timestamp, attempts: attempts}
  catch
    class, reason ->
      name = "reading message #{id} of #{Events.name(context)}"
      Failure.log(context, name, class, reason, __STACKTRACE__)
      :retry
  end

  defp outcomes(_handler, [], _context), do: []

  defp outcomes(handler, messages, context) do
    if ElixirWorkers.Callable.exports?(handler, :handle_batch, 2),
      do: batch_outcomes(handler, messages, context),
      else: Enum.map(messages, &message_outcome(handler, &1, context))
  end

  defp message_outcome(handler, message, context) do
    handler.handle_message(message, context) |> check!("#{inspect(handler)}.handle_message/2")
  catch
    class, reason ->
      name = "message #{message.id} of #{Events.name(context)}"
      Failure.log(context, name, class, reason, __STACKTRACE__)
      :retry
  end

  defp batch_outcomes(handler, messages, context) do
    name = "#{inspect(handler)}.handle_batch/2"

    case handler.handle_batch(messages, context) do
      answers when is_list(answers) ->
        outcomes = Map.new(answers, &answer!(&1, messages, name))
        Enum.map(messages, &Map.get(outcomes, &1.id, :ok))

      outcome ->
        outcome = check!(outcome, name)
        Enum.map(messages, fn _message -> outcome end)
    end
  end

  defp answer!({%Message{id: id}, outcome}, messages, name) do
    if Enum.any?(messages, &(&1.id == id)),
      do: {id, check!(outcome, name)},
      else: raise(ArgumentError, "#{name} answers for message #{id}, which is not of its batch")
  end

  defp answer!(other, _messages, name),
    do: raise(ArgumentError, "#{name} must list {message, outcome}, got: #{inspect(other)}")

  defp check!(outcome, _name) when outcome in [:ok, :retry], do: outcome

  defp check!({:retry, delay}, _name) when is_integer(delay) and delay in 0..@max_delay_s,
    do: {:retry, delay}

  defp check!(other, name) do
    raise ArgumentError,
          "#{name} must return :ok, :retry or {:retry, seconds in 0..#{@max_delay_s}}, got: #{inspect(other)}"
  end

  defp delay({:retry, delay}), do: delay
  defp delay(:retry), do: nil
end
