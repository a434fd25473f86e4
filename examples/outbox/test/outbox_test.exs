defmodule OutboxTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.{KV, Queues, Scheduled}
  alias Outbox.{Cleanup, DeadLetters, Mailbox, Mailer}

  @mail %{"to" => "ada@example.com", "subject" => "Hello"}

  setup do
    put_bindings(%{"MAILBOX" => KV.Fake, "MAILS" => {Queues.Fake, queue: "mails"}})
  end

  test "mails are accepted, and wait in the queue" do
    assert request(Outbox, :post, "/mails", json: @mail).status == 202
    assert_received {:queued, "mails", @mail, delay: nil}
    assert request(Outbox, :post, "/mails", json: [@mail, 7]).status == 202
    assert_received {:queued, "mails", @mail, delay: nil}
    assert_received {:queued, "mails", 7, delay: nil}
    assert json(request(Outbox, :get, "/mails")) == []
  end

  test "a queue that fails is a 500, never an accepted mail" do
    put_bindings(%{"MAILS" => fn _, _ -> {:error, %{"code" => "failed", "message" => "no"}} end})
    assert request(Outbox, :post, "/mails", json: @mail).status == 500
  end

  test "mails are delivered; what one of them does harms no other" do
    busy = %{@mail | "to" => "bob@busy.example"}
    assert Queues.Fake.deliver(Mailer, [@mail, busy, 7]) == [:ok, {:retry, 1}, :retry]
    assert [%{"to" => "ada@example.com", "attempts" => 1}] = json(request(Outbox, :get, "/mails"))
    assert Queues.Fake.deliver(Mailer, [busy], attempts: 2) == [:ok]
  end

  test "what could not be delivered is kept" do
    assert Queues.Fake.deliver(DeadLetters, [7, "x"]) == [:ok, :ok]
    assert Enum.map(json(request(Outbox, :get, "/dead-mails")), & &1["body"]) == ["7", ~s("x")]
  end

  test "the nightly cleanup removes what is older than KEEP_DAYS" do
    Mailbox.put(:delivered, "new", %{})
    now = System.os_time(:millisecond)
    day = 24 * 3600 * 1000
    at = fn ms -> %{"cron" => "0 3 * * *", "scheduled_time_ms" => ms} end
    event(Scheduled, Cleanup, at.(now + 29 * day), env: %{"KEEP_DAYS" => 30})
    assert [%{id: "new"}] = Mailbox.all(:delivered)
    event(Scheduled, Cleanup, at.(now + 31 * day), env: %{"KEEP_DAYS" => 30})
    assert Mailbox.all(:delivered) == []
  end
end
