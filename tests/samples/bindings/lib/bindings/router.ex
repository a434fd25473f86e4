defmodule Bindings.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias Bindings.Cases
  alias ElixirWorkers.{D1, KV}

  @impl true
  def routes do
    [
      {:get, "/cases", fn conn -> Conn.json(conn, Map.keys(Cases.all())) end},
      {:get, "/cases/:name", &run_case/2},
      {:get, "/value/:namespace/:key", &value/2},
      {:post, "/write-behind", &write_behind/1},
      {:get, "/failing/:way", &failing/2},
      {:get, "/slow", &slow/1},
      {:get, "/abandoned", &abandoned/1},
      {:get, "/rounds/:rounds", &rounds/2},
      {:get, "/counted", &counted/1}
    ]
  end

  @doc "What a case gave, and what it must give, as `inspect/2` shows them."
  def run_case(conn, %{"name" => name}) do
    {run, expected} = Map.fetch!(Cases.all(), name)
    Conn.json(conn, %{actual: show(run.()), expected: show(expected)})
  end

  defp show(term), do: inspect(term, limit: :infinity, printable_limit: :infinity)

  @doc "The namespace comes from the request."
  def value(conn, %{"namespace" => namespace, "key" => key}) do
    case KV.get(namespace, key) do
      {:ok, value} -> Conn.text(conn, value)
      :not_found -> Conn.text(conn, 404, "not found")
      {:error, error} -> Conn.text(conn, 400, Exception.message(error))
    end
  end

  @doc "Writes that go on behind the response: of the four, two fail."
  def write_behind(conn) do
    :ok = KV.put("CACHE", "behind", conn["body"], await: false)
    :ok = KV.put("CACHE", "behind-expired", "x", expiration: 1_000_000_000, await: false)
    :ok = D1.exec("DB", "CREATE TABLE IF NOT EXISTS behind (id INTEGER)", [], await: false)
    :ok = D1.exec("DB", "INSERT INTO nowhere VALUES (1)", [], await: false)
    Conn.text(conn, "answered")
  end

  @doc "A handler that lets a failure pass, in each way there is."
  def failing(conn, %{"way" => "raised"}),
    do: Conn.text(conn, KV.get!("NOT_CONFIGURED", "key") || "")

  def failing(conn, %{"way" => "matched"}) do
    {:ok, rows} = D1.query("DB", "SELECT * FROM nowhere")
    Conn.json(conn, rows)
  end

  def failing(conn, %{"way" => "put"}) do
    KV.put!("CACHE", "key", "value", expiration: 1_000_000_000)
    Conn.text(conn, "put")
  end

  def failing(conn, %{"way" => "conn"}) do
    {conn, value} = KV.get(conn, "NOT_CONFIGURED", "key")
    Conn.text(conn, value || "")
  end

  def failing(conn, %{"way" => "task"}) do
    task = Task.async(fn -> D1.query!("DB", "SELECT * FROM nowhere") end)
    Conn.json(conn, Task.await(task))
  end

  @doc "Calls of several tasks that each take their time, and one that is given up."
  def slow(conn) do
    start = System.monotonic_time(:millisecond)
    tasks = for n <- 1..5, do: Task.async(fn -> KV.get("SLOW", "key-#{n}") end)
    answers = Task.await_many(tasks)
    {:error, error} = KV.get("SLOW", "never", timeout: 50)
    late = receive(do: (message -> inspect(message)), after: (400 -> "nothing"))
    took = System.monotonic_time(:millisecond) - start
    Conn.json(conn, %{answers: inspect(answers), error: error.code, late: late, took: took})
  end

  @doc "A handler whose client does not wait."
  def abandoned(conn) do
    IO.puts("before the slow read")
    KV.get("SLOW", "key-1")
    IO.puts("after the slow read")
    Conn.text(conn, "nobody reads this")
  end

  @doc "Each read says where the next one is."
  def rounds(conn, %{"rounds" => rounds}) do
    rounds = String.to_integer(rounds)
    for n <- 1..rounds, do: KV.put!("CACHE", "round-#{n}", "round-#{n + 1}")
    last = Enum.reduce(1..rounds, "round-1", fn _round, key -> KV.get!("CACHE", key) end)
    Conn.text(conn, last)
  end

  @doc "Every effect of a handler that asks in many rounds happens once."
  def counted(conn) do
    D1.exec!("DB", "CREATE TABLE IF NOT EXISTS counted (n INTEGER)")
    D1.exec!("DB", "INSERT INTO counted VALUES (1)")
    for n <- 1..3, do: KV.get("CACHE", "counted-#{n}")
    %{"n" => count} = D1.query_one!("DB", "SELECT count(*) AS n FROM counted")
    IO.puts("counted once")
    Conn.json(conn, count)
  end
end
