defmodule KVCounter.Router do
  @moduledoc "Every route of the worker, and who answers it."

  use ElixirWorkers.Router

  alias ElixirWorkers.BindingError
  alias KVCounter.{Counters, Page}

  @impl true
  def routes do
    [
      {:get, "/", &home/1},
      {:post, "/count", &count/1},
      {:get, "/api/counters", &index/1},
      {:get, "/api/counters/:name", &show/2},
      {:post, "/api/counters/:name", &increment/2},
      {:delete, "/api/counters/:name", &delete/2}
    ]
  end

  def home(conn), do: Conn.html(conn, Page.render(Counters.all()))

  @doc "The form of the page."
  def count(conn) do
    case Counters.increment(conn["parsed_body"]["name"] || "") do
      {:ok, _count} -> Conn.redirect(conn, "/", 303)
      {:error, error} -> refused(conn, error)
    end
  end

  def index(conn), do: Conn.json(conn, Map.new(Counters.all()))

  def show(conn, %{"name" => name}) do
    case Counters.read(name) do
      {:ok, count} -> Conn.json(conn, %{name: name, count: count})
      :not_found -> Conn.json(conn, 404, %{error: "there is no counter of this name"})
      {:error, error} -> refused(conn, error)
    end
  end

  def increment(conn, %{"name" => name}) do
    case Counters.increment(name) do
      {:ok, count} -> Conn.json(conn, %{name: name, count: count})
      {:error, error} -> refused(conn, error)
    end
  end

  def delete(conn, %{"name" => name}) do
    case Counters.delete(name) do
      :ok -> Conn.no_content(conn)
      {:error, error} -> refused(conn, error)
    end
  end

  # A name that no key can have is the client's fault; anything else is not.
  defp refused(conn, %BindingError{code: :invalid_key, message: rule}),
    do: Conn.json(conn, 422, %{error: rule})

  defp refused(_conn, error), do: raise(error)
end
