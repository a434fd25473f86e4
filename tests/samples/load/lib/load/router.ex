defmodule Load.Router do
  @moduledoc "Every answer but those of the faults is the token of its request, if the machine was as new."

  use ElixirWorkers.Router

  alias ElixirWorkers.{Bindings, KV}
  alias Load.Traces

  @impl true
  def middleware, do: []

  @impl true
  def routes do
    [
      {:get, "/token/:token", &token/2},
      {:get, "/sleep/:token", &sleep/2},
      {:get, "/work/:token", &work/2},
      {:get, "/kv/:token", &kv/2},
      {:get, "/fault/:operation", &fault/2},
      {:get, "/identities", &identities/1},
      {:get, "/endless", fn conn -> endless(conn) end},
      {:get, "/deep", &Conn.text(&1, Integer.to_string(deep(1, &1["query_params"]["stop"])))},
      {:get, "/hoard", fn conn -> hoard(conn, []) end}
    ]
  end

  def token(conn, %{"token" => token}), do: answer(conn, Traces.leave(token))

  def sleep(conn, %{"token" => token}) do
    left = Traces.leave(token)
    Process.sleep(40)

    answer(
      conn,
      if(Traces.seen() == token, do: left, else: "#{Traces.seen()} while #{token} slept")
    )
  end

  def work(conn, %{"token" => token}) do
    left = Traces.leave(token)
    tasks = for n <- 1..5, do: Task.async(fn -> Enum.sum(1..(n * 1000)) end)
    [500_500 | _] = Task.await_many(tasks)
    answer(conn, left)
  end

  def kv(conn, %{"token" => token}) do
    left = Traces.leave(token)
    :ok = KV.put("STORE", token, left)
    {:ok, stored} = KV.get("STORE", token)
    answer(conn, stored)
  end

  @doc "What the binding FAULTY does wrong, as the handler sees it."
  def fault(conn, %{"operation" => operation}) do
    case Bindings.call("FAULTY", operation, []) do
      {:ok, value} -> Conn.text(conn, Integer.to_string(byte_size(value)))
      {:error, error} -> Conn.text(conn, 502, Exception.message(error))
    end
  end

  @doc "What must not come twice, one on a line."
  def identities(conn) do
    found = [make_ref(), System.unique_integer(), :rand.uniform(1_000_000_000_000)]
    Conn.text(conn, Enum.map_join(found, "\n", &inspect/1))
  end

  defp answer(conn, text), do: Conn.text(conn, text)

  defp endless(conn), do: endless(conn)

  # Of a function that never returns the compiler makes a loop: for all it knows, this one does.
  defp deep(stop, stop), do: 0
  defp deep(n, stop), do: 1 + deep(n + 1, stop)

  defp hoard(conn, kept), do: hoard(conn, [kept | List.duplicate(kept, 1000)])
end
