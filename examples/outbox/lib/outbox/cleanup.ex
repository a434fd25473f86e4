defmodule Outbox.Cleanup do
  @moduledoc "Removes, every night, what was delivered more than 30 days ago."

  @behaviour ElixirWorkers.Scheduled

  alias Outbox.Mailbox

  @days 30

  @impl true
  def handle_scheduled(%{scheduled_time: now}, _context) do
    limit = DateTime.to_unix(now) - @days * 24 * 3600

    for %{id: id, at: at} <- Mailbox.all(:delivered),
        at < limit,
        do: Mailbox.delete(:delivered, id)
  end
end
