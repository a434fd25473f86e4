defmodule Load.Events do
  @moduledoc "Events that take everything, and one that leaves state wherever it can."

  @behaviour ElixirWorkers.Scheduled

  alias ElixirWorkers.KV
  alias Load.Traces

  @impl true
  def handle_scheduled(%{cron: "endless"} = event, context), do: handle_scheduled(event, context)
  def handle_scheduled(%{cron: "hoard"}, _context), do: hoard([])
  def handle_scheduled(%{cron: "killed"}, _context), do: Process.exit(self(), :kill)

  def handle_scheduled(%{cron: "trace"}, context) do
    left = Traces.leave(context["request_id"])
    KV.put("STORE", "event", inspect(left == context["request_id"]), await: false)
  end

  defp hoard(kept), do: hoard([kept | List.duplicate(kept, 1000)])
end
