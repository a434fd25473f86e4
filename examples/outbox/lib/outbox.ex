defmodule Outbox do
  @moduledoc "The application: what `hatch build` starts. `pyproject.toml` says who handles queues and cron triggers."

  use ElixirWorkers.App, router: Outbox.Router
end
