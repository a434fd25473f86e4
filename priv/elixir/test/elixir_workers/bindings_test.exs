defmodule ElixirWorkers.BindingsTest do
  @moduledoc "What fakes and the door to bindings do; `tests/samples/bindings` has the cases of KV and D1."
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  import ExUnit.CaptureIO
  alias ElixirWorkers.{BindingError, Bindings, D1, KV}

  defmodule Router do
    use ElixirWorkers.Router

    @impl true
    def middleware, do: []

    @impl true
    def routes do
      [
        {:get, "/task", fn conn -> Conn.text(conn, Task.await(Task.async(&read/0))) end},
        {:get, "/behind", &behind/1}
      ]
    end

    defp read, do: KV.get!("CACHE", "key")

    def behind(conn) do
      :ok = KV.put("CACHE", "behind", "written", await: false)
      :ok = KV.put("BROKEN", "key", "value", await: false)
      Conn.text(conn, "answered")
    end
  end

  defmodule App do
    use ElixirWorkers.App, router: Router
  end

  defp closed(_operation, _args), do: {:error, %{"code" => "failed", "message" => "closed"}}

  test "codes that are documented are atoms, whoever fails; those of others stay text" do
    for code <- ~w(unknown_binding unknown_operation not_available not_a_worker bad_call timeout
                   failed invalid_key not_text not_json constraint)a do
      reason = %{"code" => Atom.to_string(code), "message" => "why"}
      assert BindingError.new("A", "get", reason).code == code
    end

    reason = %{"code" => "of_a_plugin", "message" => "why"}
    assert BindingError.new("A", "get", reason).code == "of_a_plugin"
  end

  test "what D1 bills is told apart, and no session is another" do
    result = D1.Result.new(%{"rows" => [], "meta" => {1, 2, 3, 4, 5}})

    assert result.meta ==
             %D1.Meta{changes: 1, last_row_id: 2, duration_ms: 3, rows_read: 4, rows_written: 5}

    assert D1.session("DB") != D1.session("DB")
  end

  test "without a worker and without fakes a call says what to do" do
    assert {:error, %BindingError{code: :not_a_worker} = error} = KV.get("CACHE", "key")
    assert Exception.message(error) =~ "set up a fake with ElixirWorkers.Test.put_bindings/1"

    assert {:error, %BindingError{code: :not_a_worker}} =
             D1.exec("DB", "SELECT 1", [], await: false)

    assert_raise BindingError, fn -> KV.put!("CACHE", "key", "value") end
  end

  test "fakes are found from a request and its tasks, and from nowhere else" do
    put_bindings(%{"CACHE" => KV.Fake})
    KV.put!("CACHE", "key", "value")
    assert request(App, :get, "/task").body == "value"
    test = self()
    spawn(fn -> send(test, {:stranger, KV.get("CACHE", "key")}) end)
    assert_receive {:stranger, {:error, %BindingError{code: :not_a_worker}}}, 5_000
  end

  test "two tests do not share a namespace" do
    put_bindings(%{"CACHE" => KV.Fake})
    KV.put!("CACHE", "key", "mine")

    Task.await(
      Task.async(fn ->
        put_bindings(%{"CACHE" => KV.Fake})
        assert KV.get("CACHE", "key") == :not_found
        KV.put!("CACHE", "key", "theirs")
      end)
    )

    assert KV.get!("CACHE", "key") == "mine"
  end

  test "a write behind the response that fails is in the log of the request" do
    put_bindings(%{"CACHE" => KV.Fake, "BROKEN" => &closed/2})
    response = request(App, :get, "/behind")
    assert response.body == "answered"
    assert response.logs == [{:error, "binding BROKEN, put: closed (failed)"}]
    assert KV.get!("CACHE", "behind") == "written"
  end

  test "outside of a request it is on stderr" do
    put_bindings(%{"BROKEN" => &closed/2})

    assert capture_io(:stderr, fn -> KV.delete("BROKEN", "key", await: false) end) ==
             "[error] binding BROKEN, delete: closed (failed)\n"
  end

  test "codes that are not known stay strings; no atom is made of what the host says" do
    answer = {:error, %{"code" => "code_of_a_plugin", "message" => "why"}}
    put_bindings(%{"QUEUE" => fn "send", _args -> answer end})
    assert {:error, error} = Bindings.call("QUEUE", "send", [])
    assert error.code == "code_of_a_plugin"
    assert Exception.message(error) == "binding QUEUE, send: why (code_of_a_plugin)"
  end

  describe "the fake of D1" do
    test "runs migrations in the order of their names, then other statements" do
      folder = Path.join(System.tmp_dir!(), "migrations-#{System.unique_integer([:positive])}")
      File.mkdir_p!(folder)
      on_exit(fn -> File.rm_rf!(folder) end)

      File.write!(
        Path.join(folder, "0002.sql"),
        "INSERT INTO t VALUES (2); INSERT INTO t VALUES (3);"
      )

      File.write!(Path.join(folder, "0001.sql"), "CREATE TABLE t (n INTEGER);")
      put_bindings(%{"DB" => {D1.Fake, migrations: folder, sql: "DELETE FROM t WHERE n = 2"}})
      assert D1.query!("DB", "SELECT n FROM t") == [%{"n" => 3}]
    end

    test "says what is wrong with how it is set up" do
      for {options, message} <- [
            {[migration: "x"], "ElixirWorkers.D1.Fake has no option :migration"},
            {[migrations: "/nowhere"], "ElixirWorkers.D1.Fake: no .sql files in /nowhere"},
            {[sql: "CREAT TABLE"], ~r/near "CREAT": syntax error, in:\nCREAT TABLE/}
          ] do
        assert_raise ArgumentError, message, fn -> put_bindings(%{"DB" => {D1.Fake, options}}) end
      end
    end

    test "keeps foreign keys, as D1 does" do
      sql =
        "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a INTEGER REFERENCES a (id))"

      put_bindings(%{"DB" => {D1.Fake, sql: sql}})
      assert {:error, %{code: :constraint}} = D1.exec("DB", "INSERT INTO b VALUES (7)")
    end
  end

  test "keys of the fake of KV expire" do
    now = :counters.new(1, [])
    :counters.put(now, 1, 1_000_000)
    put_bindings(%{"CACHE" => {KV.Fake, clock: fn -> :counters.get(now, 1) end}})
    KV.put!("CACHE", "brief", "value", expiration: 1_000_060)
    KV.put!("CACHE", "lasting", "value", expiration_ttl: 3600)
    :counters.add(now, 1, 59)
    assert KV.get!("CACHE", "brief") == "value"
    :counters.add(now, 1, 1)
    assert KV.get("CACHE", "brief") == :not_found
    assert [%{name: "lasting", expiration: 1_003_600}] = KV.list!("CACHE").keys

    assert {:error, %{message: message}} = KV.put("CACHE", "past", "value", expiration: 1_000_060)

    assert message =~ "not in the future"
    assert_raise ArgumentError, ~r/takes clock/, fn -> KV.Fake.start(now: 1) end
  end
end
