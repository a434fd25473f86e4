defmodule ElixirWorkers.QueuesTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.{BindingError, Queues}
  alias ElixirWorkers.Queues.{Fake, Message}

  defmodule EachMessage do
    @behaviour ElixirWorkers.Queues.Consumer

    @impl true
    def handle_message(%Message{body: {:raise, text}}, _context), do: raise(text)
    def handle_message(%Message{body: {:exit, reason}}, _context), do: exit(reason)

    def handle_message(%Message{body: "show"} = message, context) do
      send(self(), {:shown, message, context})
      :ok
    end

    def handle_message(%Message{body: outcome}, _context), do: outcome
  end

  defmodule WholeBatch do
    @behaviour ElixirWorkers.Queues.Consumer

    @impl true
    def handle_batch([%Message{body: {:raise, text}} | _], _context), do: raise(text)
    def handle_batch([%Message{body: {:all, outcome}} | _], _context), do: outcome

    def handle_batch(messages, _context),
      do: for(message <- messages, message.body != :unmentioned, do: {message, message.body})
  end

  describe "sending" do
    setup do
      put_bindings(%{"JOBS" => {Fake, queue: "jobs"}})
    end

    test "bodies arrive as a consumer gets them" do
      assert Queues.send("JOBS", %{id: 1, tags: [:a]}) == :ok
      assert_received {:queued, "jobs", %{"id" => 1, "tags" => ["a"]}, delay: nil}
      assert Queues.send!("JOBS", <<0, 255>>, type: :bytes, delay: 60) == :ok
      assert_received {:queued, "jobs", <<0, 255>>, delay: 60}
      assert Queues.send("JOBS", "text", type: :text, await: false) == :ok
      assert_received {:queued, "jobs", "text", delay: nil}
    end

    test "a batch, whose messages may have options of their own" do
      messages = ["a", {"b", delay: 5}, {%{"c" => 1}, type: :json}]
      assert Queues.send_batch("JOBS", messages, type: :text, delay: 9) == :ok
      assert_received {:queued, "jobs", "a", delay: 9}
      assert_received {:queued, "jobs", "b", delay: 5}
      assert_received {:queued, "jobs", %{"c" => 1}, delay: 9}
    end

    test "an empty batch asks nobody" do
      put_bindings(%{})
      assert Queues.send_batch("JOBS", []) == :ok
    end

    test "failures" do
      put_bindings(%{
        "JOBS" => fn _, _ -> {:error, %{"code" => "too_large", "message" => "m"}} end
      })

      assert {:error, %BindingError{code: "too_large", operation: "send"}} =
               Queues.send("JOBS", 1)

      assert_raise BindingError, "binding JOBS, send_batch: m (too_large)", fn ->
        Queues.send_batch!("JOBS", [1])
      end

      assert {:error, %BindingError{code: :unknown_binding}} = Queues.send("OTHER", 1)
    end

    for {body, opts, message} <- [
          {1, [type: :xml], "Queues.send: :type must be :json, :text or :bytes, got: :xml"},
          {1, [delay: 43_201], "Queues.send: :delay must be seconds in 0..43200, got: 43201"},
          {1, [delay: -1], "Queues.send: :delay must be seconds in 0..43200, got: -1"},
          {1, [ttl: 1], "Queues.send has no option :ttl; it has :await, :delay, :timeout, :type"},
          {<<255>>, [type: :text],
           "Queues.send: a message of type :text must be a string of UTF-8, got: <<255>>"},
          {7, [type: :bytes], "Queues.send: a message of type :bytes must be a binary, got: 7"}
        ] do
      test "what cannot be sent is refused: #{message}" do
        assert_raise ArgumentError, unquote(message), fn ->
          Queues.send("JOBS", unquote(Macro.escape(body)), unquote(opts))
        end
      end
    end

    test "options of one message of a batch are checked as well" do
      assert_raise ArgumentError, ~r/^a message of Queues.send_batch has no option :await/, fn ->
        Queues.send_batch("JOBS", [{1, await: false}])
      end
    end
  end

  describe "receiving" do
    test "a message has an id, a time and a number of attempts; the context says where it comes from" do
      time = ~U[2026-01-02 03:04:05.678Z]
      opts = [queue: "jobs", attempts: 3, timestamp: time, env: %{"KEY" => "k"}]
      assert Fake.deliver(EachMessage, ["show"], opts) == [:ok]

      assert_received {:shown,
                       %Message{id: "message-0", body: "show", attempts: 3, timestamp: ^time},
                       %{"source" => "jobs", "env" => %{"KEY" => "k"}}}
    end

    test "every outcome of a message" do
      assert Fake.deliver(EachMessage, [:ok, :retry, {:retry, 0}, {:retry, 60}]) ==
               [:ok, :retry, {:retry, 0}, {:retry, 60}]

      assert Fake.deliver(EachMessage, []) == []
    end

    test "a message that fails comes again, and no other" do
      bodies = [:ok, {:raise, "no"}, {:exit, :no}, :nonsense, {:retry, 43_201}, :ok]
      assert Fake.deliver(EachMessage, bodies) == [:ok, :retry, :retry, :retry, :retry, :ok]
    end

    test "a message that cannot be read comes again, and no handler sees it" do
      bodies = [:ok, :broken, {:retry, 5}]

      payload =
        for {body, index} <- Enum.with_index(bodies) do
          term = if body == :broken, do: <<131, 255>>, else: :erlang.term_to_binary(body)
          {"message-#{index}", 0, 1, term}
        end

      for {handler, retries} <- [
            {EachMessage, [{2, 5}, {1, nil}]},
            {WholeBatch, [{2, 5}, {1, nil}]}
          ],
          do: assert(event(ElixirWorkers.Queues.Consumer, handler, payload) == retries)

      only_broken = [{"message-0", 0, 1, <<131, 255>>}]
      assert event(ElixirWorkers.Queues.Consumer, WholeBatch, only_broken) == [{0, nil}]
      assert event(ElixirWorkers.Queues.Consumer, WholeBatch, []) == []
    end

    test "a batch has one outcome, or one for each; who is left out is done" do
      for outcome <- [:ok, :retry, {:retry, 7}],
          do: assert(Fake.deliver(WholeBatch, [{:all, outcome}, 1]) == [outcome, outcome])

      assert Fake.deliver(WholeBatch, [:retry, :unmentioned, {:retry, 1}, :ok]) ==
               [:retry, :ok, {:retry, 1}, :ok]
    end

    test "a batch that fails raises here; in a worker it is logged, and comes again" do
      assert_raise RuntimeError, "no", fn -> Fake.deliver(WholeBatch, [{:raise, "no"}]) end
    end

    for {answer, message} <- [
          {:done, "must return :ok, :retry or {:retry, seconds in 0..43200}, got: :done"},
          {[:ok], "must list {message, outcome}, got: :ok"}
        ] do
      test "a batch that answers #{inspect(answer)}" do
        message = inspect(WholeBatch) <> ".handle_batch/2 " <> unquote(message)

        assert_raise ArgumentError, message, fn ->
          Fake.deliver(WholeBatch, [{:all, unquote(answer)}])
        end
      end
    end

    test "a batch that answers for a message of another" do
      other = %Message{id: "other", body: 1, timestamp: DateTime.utc_now(), attempts: 1}

      assert_raise ArgumentError, ~r"answers for message other, which is not of its batch", fn ->
        Fake.deliver(WholeBatch, [{:all, [{other, :ok}]}])
      end
    end
  end
end
