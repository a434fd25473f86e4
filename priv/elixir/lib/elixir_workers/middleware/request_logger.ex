defmodule ElixirWorkers.Middleware.RequestLogger do
  @moduledoc """
  One log record for each request: `GET /api/health 200`.

  There is no duration: in production a worker's clock stands still between I/O.

  Options: `:level`, `:info` by default.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Middleware}

  @impl true
  def init(opts), do: Middleware.options!(opts, [level: :info], "RequestLogger")

  @impl true
  def call(%{"method" => method, "path" => path} = conn, %{level: level}, next) do
    %{"status" => status} = answered = next.(conn)
    Conn.log(conn, level, [method, " ", path, " ", Integer.to_string(status)])
    answered
  end
end
