defmodule ElixirWorkers.EventsTest do
  use ExUnit.Case, async: true

  alias ElixirWorkers.{Conn, Events, Transport}

  # A kind whose handlers are functions of the payload, kept by name.
  defmodule Kind do
    @behaviour ElixirWorkers.Events

    @impl true
    def handle_event(handler, payload, context), do: handler.handle(payload, context)
  end

  defmodule Echo do
    def handle(payload, context) do
      Conn.log(context, :notice, "handling")
      {payload, Map.drop(context, ["transport"])}
    end
  end

  defmodule Failing do
    def handle({:raise, text}, _context), do: raise(text)
    def handle({:throw, term}, _context), do: throw(term)
    def handle({:exit, reason}, _context), do: exit(reason)
  end

  @entries [
    {"queue", "mails", Kind, Echo},
    {"queue", "jobs", Kind, Failing},
    {"email", "", Kind, Echo}
  ]

  defp run(event, source, payload) do
    tag = make_ref()

    head = %{
      "event" => event,
      "source" => source,
      "payload" => payload,
      "env" => %{"KEY" => 1},
      "request_id" => "id-7",
      "environment" => "production"
    }

    {status, [], body} = Events.run(@entries, head, {Transport.Test, {nil, self(), tag}})
    logs = flush(tag)
    {status, if(body != "", do: :erlang.binary_to_term(body)), logs}
  end

  defp flush(tag) do
    receive(do: ({^tag, :log, level, text} -> [{level, text} | flush(tag)]), after: (0 -> []))
  end

  test "the handler of kind and source gets payload and context, and its answer goes back" do
    assert {200, {%{"id" => 1}, context}, [{:notice, "handling"}]} =
             run("queue", "mails", %{"id" => 1})

    assert context == %{
             "event" => "queue",
             "source" => "mails",
             "env" => %{"KEY" => 1},
             "request_id" => "id-7",
             "environment" => "production"
           }
  end

  test "a kind without sources has one handler" do
    assert {200, {"mail", %{"event" => "email"}}, _logs} = run("email", "", "mail")
  end

  for {payload, class} <- [
        {{:raise, "no"}, "** (RuntimeError) no"},
        {{:throw, :ball}, "** (throw) :ball"},
        {{:exit, :gone}, "** (exit) :gone"}
      ] do
    test "a handler that ends by #{class} has failed, and the log says where" do
      assert {500, nil, [{:error, log}]} = run("queue", "jobs", unquote(Macro.escape(payload)))
      assert log =~ "event queue jobs failed in request id-7\n" <> unquote(class)
      assert log =~ ~r"events_test\.exs:\d+: ElixirWorkers.EventsTest.Failing.handle/2"
    end
  end

  test "an event that nobody handles has failed" do
    for {kind, source} <- [{"queue", "others"}, {"scheduled", "mails"}] do
      assert {500, nil, [{:error, log}]} = run(kind, source, 1)
      assert log =~ ~s(no handler is configured for #{kind} "#{source}")
    end
  end

  test "the names of events" do
    assert Events.name(%{"event" => "email", "source" => ""}) == "event email"
  end
end
