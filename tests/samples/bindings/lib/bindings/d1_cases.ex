defmodule Bindings.D1Cases do
  @moduledoc false
  import Bindings.Cases, only: [raised: 1, code: 1]
  alias ElixirWorkers.{BindingError, D1}

  @bytes for byte <- 0..255, into: "", do: <<byte>>

  def all, do: values() ++ statements() ++ batches() ++ sessions() ++ failures() ++ conn()

  defp table(name, columns) do
    D1.exec!("DB", "DROP TABLE IF EXISTS #{name}")
    D1.exec!("DB", "CREATE TABLE #{name} (#{columns})")
    name
  end

  defp values do
    [
      {"d1: every type of SQLite, in and out",
       fn ->
         table("types", "n, i INTEGER, r REAL, t TEXT, b BLOB")
         params = [nil, 9_007_199_254_740_991, 0.1, "naïve €'\"", {:blob, @bytes}]
         D1.exec!("DB", "INSERT INTO types VALUES (?, ?, ?, ?, ?)", params)

         {D1.query!("DB", "SELECT * FROM types"),
          D1.query_one!(
            "DB",
            "SELECT typeof(n) n, typeof(i) i, typeof(r) r, typeof(t) t, typeof(b) b FROM types"
          )}
       end,
       {[
          %{
            "n" => nil,
            "i" => 9_007_199_254_740_991,
            "r" => 0.1,
            "t" => "naïve €'\"",
            "b" => @bytes
          }
        ], %{"n" => "null", "i" => "integer", "r" => "real", "t" => "text", "b" => "blob"}}},
      {"d1: nothing is not null",
       fn ->
         D1.query_one!("DB", "SELECT ? AS null_, ? AS text, ? AS blob", [nil, "", {:blob, ""}])
       end, %{"null_" => nil, "text" => "", "blob" => ""}},
      {"d1: booleans are numbers",
       fn -> D1.query_one!("DB", "SELECT ? AS t, ? AS f", [true, false]) end,
       %{"t" => 1, "f" => 0}},
      {"d1: a number and its text are two values",
       fn -> D1.query!("DB", "SELECT ?1 = '1' AS number, ?2 = '1' AS text", [1, "1"]) end,
       [%{"number" => 0, "text" => 1}]},
      {"d1: floats",
       fn -> D1.query_one!("DB", "SELECT 1.5 AS a, -0.25 AS b, 1e300 AS c, 2.0 AS d") end,
       %{"a" => 1.5, "b" => -0.25, "c" => 1.0e300, "d" => 2}},
      {"d1: integers that JavaScript has not, as text",
       fn ->
         table("big", "n INTEGER")
         D1.exec!("DB", "INSERT INTO big VALUES (CAST(? AS INTEGER))", ["9223372036854775807"])
         D1.query_one!("DB", "SELECT CAST(n AS TEXT) AS text, n FROM big")
       end, %{"text" => "9223372036854775807", "n" => 9.223372036854775807e18}},
      {"d1: parameters that cannot be",
       fn ->
         for param <- [
               9_007_199_254_740_992,
               -9_007_199_254_740_992,
               :a,
               <<255>>,
               %{},
               [1],
               {:blob, 1}
             ] do
           {ArgumentError, message} = raised(fn -> D1.query("DB", "SELECT ?, ?", [1, param]) end)
           message |> String.split(["; ", ", got", ", where"]) |> hd()
         end
       end,
       [
         "D1.query: parameter 2 is beyond ±2^53",
         "D1.query: parameter 2 is beyond ±2^53",
         "D1.query: parameter 2 must be nil, a boolean, a number, a string or {:blob, bytes}",
         "D1.query: parameter 2 is not UTF-8",
         "D1.query: parameter 2 must be nil, a boolean, a number, a string or {:blob, bytes}",
         "D1.query: parameter 2 must be nil, a boolean, a number, a string or {:blob, bytes}",
         "D1.query: parameter 2 must be nil, a boolean, a number, a string or {:blob, bytes}"
       ]},
      {"d1: a parameter is never SQL",
       fn -> D1.query_one!("DB", "SELECT ? AS text", ["'; DROP TABLE types; --"]) end,
       %{"text" => "'; DROP TABLE types; --"}}
    ]
  end

  defp statements do
    [
      {"d1: rows in order",
       fn -> D1.query("DB", "SELECT value AS n FROM json_each('[3,1,2]') ORDER BY n") end,
       {:ok, [%{"n" => 1}, %{"n" => 2}, %{"n" => 3}]}},
      {"d1: no rows",
       fn ->
         {D1.query("DB", "SELECT 1 WHERE 0"), D1.query_one("DB", "SELECT 1 WHERE 0"),
          D1.query_one!("DB", "SELECT 1 WHERE 0")}
       end, {{:ok, []}, :not_found, nil}},
      {"d1: the first row of several",
       fn -> D1.query_one("DB", "SELECT 1 AS n UNION SELECT 2") end, {:ok, %{"n" => 1}}},
      {"d1: what a statement did",
       fn ->
         table("did", "id INTEGER PRIMARY KEY, a TEXT")

         for {sql, params} <- [
               {"INSERT INTO did (a) VALUES (?), (?)", ["x", "y"]},
               {"UPDATE did SET a = 'z' WHERE id = 2", []},
               {"DELETE FROM did", []},
               {"SELECT * FROM did", []}
             ] do
           meta = D1.exec!("DB", sql, params)
           true = is_number(meta.duration_ms) and meta.duration_ms >= 0
           {meta.changes, meta.last_row_id}
         end
       end, [{2, 2}, {1, 2}, {2, 2}, {0, 2}]},
      {"d1: an insert that returns its row",
       fn ->
         table("returned", "id INTEGER PRIMARY KEY, a TEXT")
         D1.query_one("DB", "INSERT INTO returned (a) VALUES (?) RETURNING id, a", ["x"])
       end, {:ok, %{"id" => 1, "a" => "x"}}},
      {"d1: queries of tasks",
       fn ->
         1..10
         |> Enum.map(&Task.async(fn -> D1.query_one!("DB", "SELECT ? AS n", [&1])["n"] end))
         |> Task.await_many()
       end, Enum.to_list(1..10)}
    ]
  end

  defp batches do
    [
      {"d1: a batch gives a result for each statement",
       fn ->
         table("batched", "id INTEGER PRIMARY KEY, a TEXT")

         {:ok, results} =
           D1.batch("DB", [
             {"INSERT INTO batched (a) VALUES (?)", ["x"]},
             "SELECT a FROM batched",
             {"UPDATE batched SET a = ?", ["y"]}
           ])

         for result <- results, do: {result.rows, result.meta.changes}
       end, [{[], 1}, {[%{"a" => "x"}], 0}, {[], 1}]},
      {"d1: a batch that fails did nothing",
       fn ->
         table("undone", "id INTEGER PRIMARY KEY, a TEXT UNIQUE")
         D1.exec!("DB", "INSERT INTO undone (a) VALUES ('x')")

         failed =
           D1.batch("DB", [
             "INSERT INTO undone (a) VALUES ('y')",
             "UPDATE undone SET a = 'z' WHERE a = 'x'",
             "INSERT INTO undone (a) VALUES ('y')"
           ])

         {code(failed), D1.query!("DB", "SELECT a FROM undone")}
       end, {{"DB", "batch", :constraint}, [%{"a" => "x"}]}},
      {"d1: an empty batch", fn -> {D1.batch("DB", []), D1.batch("DB", [], await: false)} end,
       {{:ok, []}, :ok}}
    ]
  end

  defp sessions do
    [
      {"d1: a session reads what it wrote, and has a bookmark",
       fn ->
         table("seen", "n")
         session = D1.session("DB", :first_primary)
         D1.exec!(session, "INSERT INTO seen VALUES (1)")
         rows = D1.query!(session, "SELECT n FROM seen")
         bookmark = D1.bookmark!(session)
         true = is_binary(bookmark)
         {rows, D1.query!(D1.session("DB", bookmark), "SELECT n FROM seen")}
       end, {[%{"n" => 1}], [%{"n" => 1}]}},
      {"d1: batches and single rows of a session",
       fn ->
         session = D1.session("DB")
         {:ok, [result]} = D1.batch(session, ["SELECT 1 AS n"])
         {result.rows, D1.query_one!(session, "SELECT 2 AS n")}
       end, {[%{"n" => 1}], %{"n" => 2}}},
      {"d1: a session begins somewhere",
       fn ->
         for from <- [:nearest, "", nil],
             do: raised(fn -> D1.session("DB", from) end) |> elem(0)
       end, [ArgumentError, ArgumentError, ArgumentError]}
    ]
  end

  defp failures do
    [
      {"d1: a constraint",
       fn ->
         table("unique_", "a TEXT UNIQUE")
         D1.exec!("DB", "INSERT INTO unique_ VALUES ('x')")
         {:error, error} = D1.exec("DB", "INSERT INTO unique_ VALUES ('x')")
         {error.code, error.message =~ "UNIQUE constraint failed: unique_.a"}
       end, {:constraint, true}},
      {"d1: SQL that is wrong",
       fn ->
         {:error, error} = D1.query("DB", "SELEC 1")
         {code({:error, error}), error.message =~ ~s(near "SELEC": syntax error)}
       end, {{"DB", "query", :failed}, true}},
      {"d1: a table that is not there",
       fn ->
         {BindingError, message} = raised(fn -> D1.query_one!("DB", "SELECT * FROM nowhere") end)
         {message =~ "binding DB, query: ", message =~ "no such table: nowhere"}
       end, {true, true}},
      {"d1: too few parameters", fn -> code(D1.query("DB", "SELECT ?, ?", [1])) end,
       {"DB", "query", :failed}},
      {"d1: names that are not configured",
       fn ->
         Enum.map([D1.query("NOPE", "SELECT 1"), D1.batch("constructor", ["SELECT 1"])], &code/1)
       end, [{"NOPE", "query", :unknown_binding}, {"constructor", "batch", :unknown_binding}]},
      {"d1: another kind of binding", fn -> code(D1.query("CACHE", "SELECT 1")) end,
       {"CACHE", "query", :unknown_operation}},
      {"d1: wrong options and statements",
       fn ->
         for run <- [
               fn -> D1.query("DB", "SELECT 1", [], await: false) end,
               fn -> D1.exec("DB", "SELECT 1", [], await: 1) end,
               fn -> D1.batch("DB", [{"SELECT ?", 1}]) end
             ] do
           {ArgumentError, message} = raised(run)
           message
         end
       end,
       [
         "D1.query has no option :await; it has :timeout",
         "D1.exec: :await must be true or false, got: 1",
         ~s(D1.batch: a statement must be SQL, or {SQL, list of parameters}, got: {"SELECT ?", 1})
       ]}
    ]
  end

  defp conn do
    conn = ElixirWorkers.Conn.new(%{}, "") |> elem(1)

    [
      {"d1: with a conn",
       fn ->
         table("conns", "n")
         ^conn = D1.exec(conn, "DB", "INSERT INTO conns VALUES (?)", [1])
         ^conn = D1.batch(conn, "DB", [{"INSERT INTO conns VALUES (?)", [2]}])
         {^conn, rows} = D1.query(conn, "DB", "SELECT n FROM conns ORDER BY n")
         {^conn, row} = D1.query_one(conn, "DB", "SELECT n FROM conns WHERE n = ?", [2])
         {^conn, none} = D1.query_one(conn, "DB", "SELECT n FROM conns WHERE n = ?", [3])
         {rows, row, none}
       end, {[%{"n" => 1}, %{"n" => 2}], %{"n" => 2}, nil}},
      {"d1: with a conn, a failure is raised",
       fn -> raised(fn -> D1.query(conn, "DB", "nonsense", []) end) |> elem(0) end, BindingError}
    ]
  end
end
