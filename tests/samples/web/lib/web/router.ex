defmodule Web.Router do
  @moduledoc "What a stranger's first application may do, and some things it should not."

  use ElixirWorkers.Router

  alias Web.{Language, Money}

  @impl true
  def middleware, do: [{Web.Step, from: :router}]

  @impl true
  def routes do
    [
      {:get, "/", &Conn.text(&1, "home")},
      {:get, "/language/:name", fn conn, params -> Conn.json(conn, Language.facts(params)) end},
      {:get, "/matches/:name", fn conn, params -> Conn.json(conn, Language.matches(params)) end},
      {:get, "/price/:cents", fn conn, %{"cents" => cents} -> Conn.text(conn, Money.show(cents)) end},
      {:get, "/greeting", &greeting/1},
      {:post, "/parsed", &Conn.json(&1, &1["parsed_body"])},
      {:post, "/upcase", &Conn.text(&1, String.upcase(&1["body"]))},
      {:get, "/print", &print/1},
      {:get, "/crash", &crash/1},
      {:get, "/nothing", fn _conn -> nil end},
      {:get, "/unanswered", fn conn -> conn end},
      {:get, "/status", &Conn.text(&1, 99, "no such status")},
      {:get, "/header", &Conn.put_resp_header(&1, "x-a", "b\r\nset-cookie: c")},
      {:get, "/forged", fn conn -> Map.put(Conn.text(conn, "x"), "resp_body", self()) end},
      {:get, "/clause", fn conn -> Keyword.get(conn, :none) end},
      {:get, "/format", fn conn -> Conn.text(conn, inspect(:io.format("~s ~q", [1]))) end},
      {:get, "/endless", fn conn -> endless(conn) end},
      {:get, "/deep", &Conn.text(&1, Integer.to_string(deep(1, &1["query_params"]["stop"])))},
      {:get, "/hoard", fn conn -> hoard(conn, []) end}
    ]
  end

  @doc "From priv/, config/config.exs and the application's environment in mix.exs."
  def greeting(conn) do
    greeting = File.read!(Application.app_dir(:web, "priv/texts/greeting.txt"))
    environment = for key <- [:style, :name, :at_run_time], do: Application.get_env(:web, key)
    Conn.text(conn, inspect([greeting | environment]))
  end

  @doc "Bytes on stdout are no response, not even when they look like one."
  def print(conn) do
    IO.puts(~s({"status":299,"headers":[],"body":"printed"}))
    IO.write("{")
    Conn.text(conn, "answered")
  end

  def crash(_conn), do: raise(ArgumentError, "the secret is 42")

  defp endless(conn), do: endless(conn)

  # Of a function that never returns the compiler makes a loop: for all it knows, this one does.
  defp deep(stop, stop), do: 0
  defp deep(n, stop), do: 1 + deep(n + 1, stop)

  defp hoard(conn, kept), do: hoard(conn, [kept | List.duplicate(kept, 1000)])
end
