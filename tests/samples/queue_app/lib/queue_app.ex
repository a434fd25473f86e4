defmodule QueueApp do
  @moduledoc "An application whose binding is of a kind that a plugin brings."

  use ElixirWorkers.App, router: QueueApp.Router
end

defmodule QueueApp.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias ElixirWorkers.Queue

  @impl true
  def routes, do: [{:post, "/jobs/:times", &enqueue/2}]

  @doc "Sends the body as often as the path says."
  def enqueue(conn, %{"times" => times}) do
    results = for _time <- 1..String.to_integer(times), do: Queue.send_bytes("JOBS", conn["body"])

    case List.last(results) do
      {:ok, sent} -> Conn.text(conn, Integer.to_string(sent))
      {:error, error} -> Conn.text(conn, 422, inspect(error.code) <> " " <> error.message)
    end
  end
end
