defmodule ElixirWorkers.Middleware.ParseBody do
  @moduledoc """
  Sets `conn["parsed_body"]` as `ElixirWorkers.Body.parse/3` does. A malformed body is answered with 400. A
  body that is a stream (`ElixirWorkers.Conn.body_stream/1`) is not parsed; `ElixirWorkers.Body.Multipart.stream/2` takes a form apart
  while it comes in.

  Options are those of `ElixirWorkers.Body.parse/3`.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Body, BodyStream, Error}

  @impl true
  def call(%{"body" => %BodyStream{}} = conn, _opts, next), do: next.(conn)

  def call(%{"headers" => headers, "body" => body} = conn, opts, next) do
    case Body.parse(headers["content-type"], body, opts) do
      {:ok, value} -> next.(%{conn | "parsed_body" => value})
      {:error, {status, reason}} -> Error.reply(conn, status, reason)
    end
  end
end
