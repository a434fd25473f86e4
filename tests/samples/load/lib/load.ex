defmodule Load do
  @moduledoc "An application whose handlers leave state wherever they can, and run into every limit."

  use ElixirWorkers.App, router: Load.Router
end
