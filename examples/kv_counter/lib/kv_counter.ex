defmodule KVCounter do
  @moduledoc "The application: what `hatch build` starts."

  use ElixirWorkers.App, router: KVCounter.Router
end
