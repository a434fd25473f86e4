defmodule App do
  @moduledoc false
  use ElixirWorkers.App, router: App.Router
end

defmodule App.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias ElixirWorkers.{{module}}

  @impl true
  def routes, do: [{:get, "/notes/:key", &show/2}, {:put, "/notes/:key", &keep/2}]

  defp show(conn, %{"key" => key}) do
    case {{module}}.fetch("NOTES", key) do
      {:ok, text} -> Conn.text(conn, text)
      :not_found -> Conn.text(conn, 404, "no note")
    end
  end

  defp keep(conn, %{"key" => key}) do
    case {{module}}.store("NOTES", key, conn["body"]) do
      {:ok, nil} -> Conn.text(conn, 201, "kept")
      {:error, error} -> Conn.text(conn, 422, "#{error.code}: #{error.message}")
    end
  end
end
