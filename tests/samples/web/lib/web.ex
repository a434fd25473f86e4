defmodule Web do
  @moduledoc "An application with the framework, and middleware that only pyproject.toml names."

  use ElixirWorkers.App, router: Web.Router
end
