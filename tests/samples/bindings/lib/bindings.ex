defmodule Bindings do
  @moduledoc "Every way to use KV and D1, as cases with what each must give: on a worker, and with fakes on ordinary Elixir."

  use ElixirWorkers.App, router: Bindings.Router
end
