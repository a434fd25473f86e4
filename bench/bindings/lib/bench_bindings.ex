defmodule BenchBindings do
  @moduledoc "Calls to KV and D1, one after the other; `../bare_bindings/index.js` makes the same in plain JavaScript."

  use ElixirWorkers.App, router: BenchBindings.Router
end

defmodule BenchBindings.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias ElixirWorkers.{D1, KV}

  @impl true
  def middleware, do: []

  @impl true
  def routes do
    [
      {:get, "/kv-get/:calls", &repeat(&1, &2, fn -> KV.get!("CACHE", "key") end)},
      {:get, "/kv-put/:calls", &repeat(&1, &2, fn -> KV.put!("CACHE", "written", "value") end)},
      {:get, "/d1-query/:calls",
       &repeat(&1, &2, fn -> D1.query_one!("DB", "SELECT id, title FROM items WHERE id = ?", [1]) end)},
      {:get, "/d1-exec/:calls",
       &repeat(&1, &2, fn -> D1.exec!("DB", "UPDATE items SET count = count + 1 WHERE id = ?", [2]) end)}
    ]
  end

  defp repeat(conn, %{"calls" => calls}, call) do
    results = for _call <- 1..String.to_integer(calls)//1, do: call.()
    Conn.text(conn, Integer.to_string(length(results)))
  end
end
