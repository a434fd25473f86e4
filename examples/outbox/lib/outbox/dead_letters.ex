defmodule Outbox.DeadLetters do
  @moduledoc "Keeps what could not be delivered, whatever it is, as Elixir writes it; a whole batch at a time."

  @behaviour ElixirWorkers.Queues.Consumer

  alias Outbox.Mailbox

  @impl true
  def handle_batch(messages, _context) do
    messages
    |> Enum.map(&Task.async(fn -> {&1, Mailbox.put(:dead, &1.id, %{body: inspect(&1.body)})} end))
    |> Task.await_many(:infinity)
  end
end
