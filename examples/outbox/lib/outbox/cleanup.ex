defmodule Outbox.Cleanup do
  @moduledoc "Removes, every night, what was delivered more than `KEEP_DAYS` days ago."

  @behaviour ElixirWorkers.Scheduled

  alias Outbox.Mailbox

  @impl true
  def handle_scheduled(%{scheduled_time: now}, %{"env" => %{"KEEP_DAYS" => days}}) do
    limit = DateTime.to_unix(now) - days * 24 * 3600

    for %{id: id, at: at} <- Mailbox.all(:delivered),
        at < limit,
        do: Mailbox.delete(:delivered, id)
  end
end
