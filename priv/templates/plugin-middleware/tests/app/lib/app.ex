defmodule App do
  @moduledoc false
  use ElixirWorkers.App, router: App.Router
end

defmodule App.Router do
  @moduledoc false
  use ElixirWorkers.Router

  @impl true
  def routes, do: [{:get, "/", &Conn.text(&1, "welcome")}]
end
