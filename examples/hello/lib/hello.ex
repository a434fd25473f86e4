defmodule Hello do
  @moduledoc "The application: what `hatch build` starts."

  use ElixirWorkers.App, router: Hello.Router
end
