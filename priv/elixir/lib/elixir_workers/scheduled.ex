defmodule ElixirWorkers.Scheduled do
  @moduledoc """
  Cron triggers: work at certain times, without a request.

      [[tool.hatch.build.targets.elixir-workers.events]]
      kind = "scheduled"
      cron = "0 3 * * *"
      handler = "MyApp.Nightly"

  The handler implements this behaviour:

      defmodule MyApp.Nightly do
        @behaviour ElixirWorkers.Scheduled

        @impl true
        def handle_scheduled(%{scheduled_time: time}, _context) do
          MyApp.Sessions.delete_older_than(DateTime.add(time, -86_400))
        end
      end

  What it returns does not matter; what it raises is logged, and the run counts as failed.
  """

  @behaviour ElixirWorkers.Events

  @typedoc "Which trigger, as configured, and when it was due."
  @type event :: %{cron: String.t(), scheduled_time: DateTime.t()}

  @doc "Does the work."
  @callback handle_scheduled(event(), ElixirWorkers.Events.context()) :: term()

  @impl true
  def handle_event(handler, %{"cron" => cron, "scheduled_time_ms" => ms}, context) do
    event = %{cron: cron, scheduled_time: DateTime.from_unix!(ms, :millisecond)}
    handler.handle_scheduled(event, context)
    nil
  end
end
