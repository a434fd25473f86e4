defmodule ElixirWorkers do
  @moduledoc """
  Elixir applications as Cloudflare Workers.

  An application is two modules: an app, which names its router, and a router, which lists its routes.

      defmodule MyApp do
        use ElixirWorkers.App, router: MyApp.Router
      end

      defmodule MyApp.Router do
        use ElixirWorkers.Router

        def routes do
          [
            {:get, "/", &home/1},
            {:get, "/hello/:name", &hello/2}
          ]
        end

        def home(conn), do: Conn.text(conn, "Hello from the edge")
        def hello(conn, %{"name" => name}), do: Conn.json(conn, %{hello: name})
      end

  One request travels `ElixirWorkers.Server` → middleware → `ElixirWorkers.Router` → handler → `ElixirWorkers.Conn`.

  | module | holds |
  |---|---|
  | `ElixirWorkers.Conn` | the request and the response being built |
  | `ElixirWorkers.Router` | routes, path parameters, 404, 405, HEAD and OPTIONS |
  | `ElixirWorkers.Middleware` | what wraps every request: security headers, CORS, body parsing, a request log |
  | `ElixirWorkers.Settings` | what `pyproject.toml` says about running the application |
  | `ElixirWorkers.JSON`, `ElixirWorkers.URL`, `ElixirWorkers.HTML`, `ElixirWorkers.Body` | formats |
  | `ElixirWorkers.Test` | requests to an app under `mix test`, without a worker |
  """
end
