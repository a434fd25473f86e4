defmodule Todo do
  @moduledoc "The application: what `hatch build` starts."

  use ElixirWorkers.App, router: Todo.Router
end
