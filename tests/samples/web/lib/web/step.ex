defmodule Web.Step do
  @moduledoc "Shows in a header that it was there, and with which options."

  @behaviour ElixirWorkers.Middleware

  @impl true
  def init(opts), do: inspect(opts)

  @impl true
  def call(conn, shown, next), do: ElixirWorkers.Conn.add_resp_header(next.(conn), "x-step", shown)
end
