defmodule Hello.Router do
  @moduledoc "Every route of the worker, and who answers it."

  use ElixirWorkers.Router

  alias Hello.{Pages, Stats}

  @impl true
  def routes do
    [
      {:get, "/", &Pages.home/1},
      {:get, "/hello/:name", &hello/2},
      {:get, "/api/health", &health/1},
      {:post, "/api/json", &parsed/1},
      {:post, "/echo", &echo/1},
      {:get, "/stats", &stats/1},
      {:get, "/cookies", &cookies/1},
      {:get, "/sleep", &sleep/1},
      {:get, "/print", &print/1},
      {:get, "/inspect", &Pages.inspected/1},
      {:get, "/crash", &crash/1}
    ]
  end

  @doc "The path parameter arrives decoded: `/hello/J%C3%BCrgen` greets Jürgen."
  def hello(conn, %{"name" => name}), do: Conn.text(conn, "Hello, #{name}!\n")

  def health(conn), do: Conn.json(conn, %{status: "ok"})

  @doc "What the client posted as JSON or as a form, parsed and written again."
  def parsed(conn), do: Conn.json(conn, conn["parsed_body"])

  @doc "What the client posted, byte for byte."
  def echo(conn) do
    content_type = conn["headers"]["content-type"] || "application/octet-stream"
    Conn.send_resp(conn, 200, content_type, conn["body"])
  end

  @doc "Statistics of `?text=…`, computed by a task while a GenServer counts the words."
  def stats(conn) do
    text = conn["query_params"]["text"] || "the quick brown fox jumps over the lazy dog"
    Conn.json(conn, Stats.of(text))
  end

  @doc "Two cookies are two headers."
  def cookies(conn) do
    conn
    |> Conn.put_resp_cookie("theme", "dark", max_age: 3600)
    |> Conn.put_resp_cookie("visits", "1", same_site: "Strict")
    |> Conn.text("two cookies\n")
  end

  def sleep(conn) do
    Process.sleep(50)
    Conn.text(conn, "slept 50 ms\n")
  end

  @doc "What a handler prints goes to the log; it is never taken for the response."
  def print(conn) do
    IO.puts(~s({"status":200))
    Conn.text(conn, 201, "printed\n")
  end

  @doc "Answered with a 500 that says nothing; the log has the exception and this line."
  def crash(_conn), do: raise("this handler fails on purpose")
end
