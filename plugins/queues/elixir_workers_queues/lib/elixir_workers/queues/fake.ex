defmodule ElixirWorkers.Queues.Fake do
  @moduledoc """
  Queues under `mix test`.

  As a binding it keeps what is sent for the test:

      setup do
        put_bindings(%{"MAILS" => {ElixirWorkers.Queues.Fake, queue: "mails"}})
      end

      test "a mail is sent" do
        request(MyApp, :post, "/mails", json: %{to: "ada@example.com"})
        assert_received {:queued, "mails", %{"to" => "ada@example.com"}, delay: nil}
      end

  `deliver/3` gives a batch to a consumer and returns what becomes of each message:

      assert ElixirWorkers.Queues.Fake.deliver(MyApp.Mailer, [%{"to" => "ada@example.com"}]) == [:ok]
  """

  @behaviour ElixirWorkers.Bindings.Fake

  alias ElixirWorkers.JSON
  alias ElixirWorkers.Queues.Consumer

  @doc """
  Sends `{:queued, queue, body, delay: seconds | nil}` to the calling process for each message; bodies are as a consumer
  gets them. `:queue` is the name of the queue, `"queue"` by default.
  """
  @impl true
  def start(options) do
    test = self()
    queue = Keyword.get(options, :queue, "queue")

    fn
      "send", [message] ->
        queued(test, queue, message, nil)
        {:ok, nil}

      "send_batch", [messages, delay] ->
        Enum.each(messages, &queued(test, queue, &1, delay))
        {:ok, nil}
    end
  end

  defp queued(test, queue, {type, body, own_delay}, delay) do
    body = if type == "json", do: JSON.decode!(body), else: body
    send(test, {:queued, queue, body, delay: own_delay || delay})
  end

  @doc """
  Gives a consumer a batch with these bodies; returns the outcome of each, in order. What `handle_batch/2` raises is raised.

  Options: `:queue`, `:attempts` (1), `:timestamp` (now), and those of `ElixirWorkers.Test.event/4`.
  """
  @spec deliver(module(), [term()], keyword()) :: [Consumer.outcome()]
  def deliver(handler, bodies, opts \\ []) do
    {queue, opts} = Keyword.pop(opts, :queue, "queue")
    {attempts, opts} = Keyword.pop(opts, :attempts, 1)
    {timestamp, opts} = Keyword.pop_lazy(opts, :timestamp, &DateTime.utc_now/0)
    timestamp_ms = DateTime.to_unix(timestamp, :millisecond)

    payload =
      for {body, index} <- Enum.with_index(bodies),
          do: {"message-#{index}", timestamp_ms, attempts, :erlang.term_to_binary(body)}

    retries =
      Map.new(ElixirWorkers.Test.event(Consumer, handler, payload, [source: queue] ++ opts))

    for index <- Enum.to_list(0..(length(bodies) - 1)//1), do: outcome(Map.fetch(retries, index))
  end

  defp outcome(:error), do: :ok
  defp outcome({:ok, nil}), do: :retry
  defp outcome({:ok, delay}), do: {:retry, delay}
end
