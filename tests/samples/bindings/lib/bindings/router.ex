defmodule Bindings.Router do
  @moduledoc false
  use ElixirWorkers.Router

  require Logger

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
      {:get, "/counted", &counted/1},
      {:get, "/equal", &equal/1},
      {:get, "/drawn", &drawn/1},
      {:get, "/paused", &paused/1},
      {:get, "/sleep/:milliseconds", &sleep/2},
      {:post, "/left-behind", &left_behind/1},
      {:get, "/bustle/:seed", &bustle/2},
      {:get, "/endless", &endless/1},
      {:get, "/logged", &logged/1}
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

  @doc "Calls of five tasks that are answered when all are there, and one that is given up."
  def slow(conn) do
    tasks = for n <- 1..5, do: Task.async(fn -> KV.get("SLOW", "together-#{n}") end)
    answers = Task.await_many(tasks)
    {:error, error} = KV.get("SLOW", "late", timeout: 50)
    # Before this one is answered, so is the one that was given up.
    :not_found = KV.get("SLOW", "later")
    late = receive(do: (message -> inspect(message)), after: (0 -> "nothing"))
    Conn.json(conn, %{answers: inspect(answers), error: error.code, late: late})
  end

  @doc "A handler whose client does not wait."
  def abandoned(conn) do
    :ok = KV.put("CACHE", "noted", "yes", await: false)
    IO.puts("before the slow read")
    KV.get("SLOW", "unheard-1")
    IO.puts("after the slow read")
    Conn.text(conn, "nobody reads this")
  end

  @doc "Says something before and after a read, on each of the ways there are, and by a process that crashes."
  def logged(conn) do
    Logger.warning("before the read")
    Conn.log(conn, :notice, "beside Logger")
    :logger.error(~c"an error of ~p", [:otp])
    KV.get("CACHE", "logged")
    Logger.info("after the read")
    {pid, monitor} = spawn_monitor(fn -> raise("nobody catches this") end)
    receive do: ({:DOWN, ^monitor, :process, ^pid, _reason} -> Conn.text(conn, "logged"))
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

  @doc "Calls with equal arguments, from several processes and one after the other: each is a call of its own."
  def equal(conn) do
    D1.exec!("DB", "CREATE TABLE IF NOT EXISTS equal (n INTEGER)")
    D1.exec!("DB", "DELETE FROM equal")
    insert = fn -> D1.exec!("DB", "INSERT INTO equal VALUES (1)").last_row_id end
    tasks = for _ <- 1..3, do: Task.async(fn -> [insert.(), insert.()] end)
    Conn.json(conn, [insert.(), insert.() | tasks |> Task.await_many() |> List.flatten()])
  end

  @doc "What is new in every request must stay what it is for the length of the request."
  def drawn(conn) do
    secret = :crypto.strong_rand_bytes(16)
    drawn = inspect({secret, :rand.uniform(1_000_000), make_ref(), System.os_time(:microsecond)})
    KV.put!("CACHE", "drawn", drawn)
    again = KV.get!("CACHE", "drawn")
    KV.put!("CACHE", "drawn", again <> inspect(:rand.uniform(1_000_000_000)))
    Conn.json(conn, %{same: again == drawn, drawn: KV.get!("CACHE", "drawn")})
  end

  @doc "A timer that ends before a slow read does, and a pause between two reads."
  def paused(conn) do
    start = System.monotonic_time(:millisecond)
    Process.send_after(self(), :timer, 20)
    parent = self()
    spawn_link(fn -> send(parent, {:read, KV.get("SLOW", "key-1")}) end)
    order = for _ <- 1..2, do: next_message()
    Process.sleep(100)
    KV.get("CACHE", "missing")
    took = System.monotonic_time(:millisecond) - start
    Conn.json(conn, %{order: order, took: took})
  end

  def sleep(conn, %{"milliseconds" => milliseconds}) do
    Process.sleep(String.to_integer(milliseconds))
    Conn.text(conn, "slept")
  end

  defp next_message do
    receive do
      :timer -> :timer
      {:read, _value} -> :read
    end
  end

  @doc "A process that goes on when the response is on its way."
  def left_behind(conn) do
    body = conn["body"]

    spawn(fn ->
      KV.put!("CACHE", "left-1", body)
      KV.put!("CACHE", "left-2", KV.get!("CACHE", "left-1") <> "!")
      :ok = KV.put("CACHE", "left-3", KV.get!("CACHE", "left-2") <> "!", await: false)
    end)

    Conn.text(conn, "answered")
  end

  @doc "Processes that pause, read, write and give up, at moments that a seed decides; each tells a server of every step."
  def bustle(conn, %{"seed" => seed}) do
    :rand.seed(:exsss, String.to_integer(seed))
    {:ok, steps} = Agent.start_link(fn -> [] end)

    plans =
      for name <- ~w(a b c d e f),
          do: {name, for(n <- 1..4, do: {n, :rand.uniform(20) - 1, :rand.uniform(4)})}

    tasks =
      for {name, plan} <- plans,
          do: Task.async(fn -> Enum.map(plan, &step(&1, seed <> name, steps)) end)

    results = Task.await_many(tasks)

    order =
      for {name, n} <- Enum.reverse(Agent.get(steps, & &1)), do: name <> Integer.to_string(n)

    Conn.json(conn, %{order: order, results: results})
  end

  defp step({n, pause_ms, kind}, name, steps) do
    Process.sleep(pause_ms)
    result = act(kind, "#{name}-#{n}", pause_ms, steps)
    Agent.update(steps, &[{name, n} | &1])
    result
  end

  defp act(1, key, _pause_ms, _steps) do
    KV.put!("CACHE", key, key)
    KV.get!("CACHE", key) == key
  end

  defp act(2, key, pause_ms, _steps),
    do: KV.get("CACHE", "slow-" <> key, timeout: pause_ms) |> elem_or_self()

  defp act(3, key, _pause_ms, _steps), do: KV.put("CACHE", key, "cast", await: false)

  # What the others have done so far decides what is written.
  defp act(4, key, _pause_ms, steps),
    do: KV.put("CACHE", key, inspect(Agent.get(steps, & &1)))

  defp elem_or_self({:error, error}), do: error.code
  defp elem_or_self(other), do: inspect(other)

  @doc "A handler that computes for ever."
  def endless(conn), do: endless(conn)
end
