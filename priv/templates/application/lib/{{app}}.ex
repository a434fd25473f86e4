defmodule {{module}} do
  @moduledoc "A worker in Elixir."

  use ElixirWorkers.App, router: {{module}}.Router
end

defmodule {{module}}.Router do
  @moduledoc false
  use ElixirWorkers.Router

  @impl true
  def routes, do: [{:get, "/", &home/1}, {:get, "/hello/:name", &hello/2}]

  defp home(conn), do: Conn.html(conn, "<!doctype html><title>{{module}}</title><h1>It works.</h1>")

  defp hello(conn, %{"name" => name}), do: Conn.json(conn, %{hello: String.capitalize(name)})
end
