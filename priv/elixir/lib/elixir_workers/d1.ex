defmodule ElixirWorkers.D1 do
  @moduledoc """
  D1: SQLite as a service.

      [tool.hatch.build.targets.elixir-workers.bindings]
      DB = { kind = "d1", database_name = "todos", database_id = "…", migrations_dir = "migrations" }

      alias ElixirWorkers.D1

      {:ok, rows} = D1.query("DB", "SELECT id, title FROM todos WHERE done = ?", [false])
      {:ok, %{"title" => title}} = D1.query_one("DB", "SELECT title FROM todos WHERE id = ?", [7])
      {:ok, meta} = D1.exec("DB", "INSERT INTO todos (title) VALUES (?)", ["buy milk"])
      meta.last_row_id

  Every function has a twin with `!` that returns the value, or nil for a row that is not there, and raises
  `ElixirWorkers.BindingError` on failure.

  ## Values

  Parameters stand for `?` or `?1`, in order. A row is a map by the names of its columns.

  | Elixir | SQLite | and back |
  |---|---|---|
  | `nil` | `NULL` | `nil` |
  | integers within ±2^53 | `INTEGER` | integers |
  | floats | `REAL` | floats, but `1.0` comes back as `1` |
  | strings | `TEXT` | strings |
  | `{:blob, bytes}` | `BLOB` | binaries |
  | `true`, `false` | 1, 0 | 1, 0 |

  D1 speaks JavaScript's numbers. An integer beyond ±2^53 is refused as a parameter and comes back as a float:
  keep such numbers as text, `CAST(? AS INTEGER)` going in and `CAST(n AS TEXT)` coming out.

  ## Codes

  Beside those of `ElixirWorkers.BindingError`: `:constraint`, a constraint of the schema does not allow it.

  ## With a conn

  Every function also takes the conn first, as elixir-workers has it. Then reads return the conn beside what was read,
  writes return the conn, and failures are raised:

      {conn, rows} = D1.query(conn, "DB", "SELECT * FROM todos")
      {conn, row_or_nil} = D1.query_one(conn, "DB", "SELECT * FROM todos WHERE id = ?", [7])
      conn = D1.exec(conn, "DB", "DELETE FROM todos WHERE id = ?", [7])
      conn = D1.batch(conn, "DB", [{"DELETE FROM todos WHERE id = ?", [7]}])
  """

  alias ElixirWorkers.{BindingError, Bindings, Conn}
  alias ElixirWorkers.D1.{Meta, Result, Session, Statement}

  @typedoc "The name of a binding in the configuration, or a session on it."
  @type database :: String.t() | Session.t()

  @type param :: nil | boolean() | number() | String.t() | {:blob, binary()}

  @type row :: %{optional(String.t()) => nil | number() | binary()}

  @type statement :: String.t() | {String.t(), [param()]}

  @typedoc "`:timeout` in milliseconds, see `t:ElixirWorkers.Bindings.option/0`."
  @type read_option :: Bindings.option()

  @typedoc """
    * `:await` - `false` leaves the write for after the response; should it fail, that is logged as an error;
    * `:timeout` - milliseconds.
  """
  @type write_option :: {:await, boolean()} | Bindings.option()

  @type failure :: {:error, BindingError.t()}

  @read_defaults %{timeout: :infinity}
  @write_defaults %{await: true, timeout: :infinity}

  @doc "Returns the rows of a query."
  @spec query(database(), String.t(), [param()], [read_option()]) :: {:ok, [row()]} | failure()
  @spec query(Conn.t(), String.t(), String.t(), [param()]) :: {Conn.t(), [row()]}
  def query(database_or_conn, sql_or_database, params_or_sql \\ [], opts_or_params \\ [])

  def query(%{"method" => _} = conn, database, sql, params),
    do: {conn, query!(database, sql, params)}

  def query(database, sql, params, opts) do
    opts = read_options!(opts, "D1.query")

    with {:ok, %Result{rows: rows}} <- run(database, sql, params, opts, "D1.query"),
         do: {:ok, rows}
  end

  @doc "Queries as `query/4`; raises `ElixirWorkers.BindingError` on failure."
  @spec query!(database(), String.t(), [param()], [read_option()]) :: [row()]
  def query!(database, sql, params \\ [], opts \\ []),
    do: Bindings.value!(query(database, sql, params, opts))

  @doc "Returns the first row of a query."
  @spec query_one(database(), String.t(), [param()], [read_option()]) ::
          {:ok, row()} | :not_found | failure()
  @spec query_one(Conn.t(), String.t(), String.t(), [param()]) :: {Conn.t(), row() | nil}
  def query_one(database_or_conn, sql_or_database, params_or_sql \\ [], opts_or_params \\ [])

  def query_one(%{"method" => _} = conn, database, sql, params),
    do: {conn, query_one!(database, sql, params)}

  def query_one(database, sql, params, opts) do
    opts = read_options!(opts, "D1.query_one")

    case run(database, sql, params, opts, "D1.query_one") do
      {:ok, %Result{rows: [row | _more]}} -> {:ok, row}
      {:ok, %Result{rows: []}} -> :not_found
      {:error, _error} = failure -> failure
    end
  end

  @doc "Queries as `query_one/4`; returns nil without a row, raises `ElixirWorkers.BindingError` on failure."
  @spec query_one!(database(), String.t(), [param()], [read_option()]) :: row() | nil
  def query_one!(database, sql, params \\ [], opts \\ []),
    do: Bindings.value!(query_one(database, sql, params, opts))

  @doc """
  Runs a statement that changes something, and returns what it did.

  With `await: false` it returns `:ok` at once.
  """
  @spec exec(database(), String.t(), [param()], [write_option()]) ::
          {:ok, Meta.t()} | :ok | failure()
  @spec exec(Conn.t(), String.t(), String.t(), [param()]) :: Conn.t()
  def exec(database_or_conn, sql_or_database, params_or_sql \\ [], opts_or_params \\ [])

  def exec(%{"method" => _} = conn, database, sql, params) do
    exec!(database, sql, params)
    conn
  end

  def exec(database, sql, params, opts) do
    case write_options!(opts, "D1.exec") do
      %{await: false} ->
        {binding, session} = Session.parts(database)
        {sql, params} = Statement.encode!({sql, params}, "D1.exec")
        Bindings.cast(binding, "query", [session, sql, params])

      opts ->
        with {:ok, %Result{meta: meta}} <- run(database, sql, params, opts, "D1.exec"),
             do: {:ok, meta}
    end
  end

  @doc "Runs as `exec/4`; raises `ElixirWorkers.BindingError` on failure."
  @spec exec!(database(), String.t(), [param()], [write_option()]) :: Meta.t() | :ok
  def exec!(database, sql, params \\ [], opts \\ []),
    do: Bindings.value!(exec(database, sql, params, opts))

  @doc """
  Runs statements in one transaction: when one fails, none has happened.

      D1.batch("DB", [
        {"UPDATE accounts SET cents = cents - ? WHERE id = ?", [100, 1]},
        {"UPDATE accounts SET cents = cents + ? WHERE id = ?", [100, 2]}
      ])

  With `await: false` it returns `:ok` at once.
  """
  @spec batch(database(), [statement()], [write_option()]) ::
          {:ok, [Result.t()]} | :ok | failure()
  @spec batch(Conn.t(), String.t(), [statement()]) :: Conn.t()
  def batch(database_or_conn, statements_or_database, opts_or_statements \\ [])

  def batch(%{"method" => _} = conn, database, statements) do
    batch!(database, statements)
    conn
  end

  def batch(database, statements, opts) when is_list(statements) do
    opts = write_options!(opts, "D1.batch")
    {binding, session} = Session.parts(database)
    args = [session, Enum.map(statements, &Statement.encode!(&1, "D1.batch"))]

    cond do
      statements == [] -> if(opts.await, do: {:ok, []}, else: :ok)
      opts.await -> run_batch(binding, args, opts)
      true -> Bindings.cast(binding, "batch", args)
    end
  end

  defp run_batch(binding, args, opts) do
    with {:ok, results} <- Bindings.call(binding, "batch", args, timeout: opts.timeout),
         do: {:ok, Enum.map(results, &Result.new/1)}
  end

  @doc "Runs as `batch/3`; raises `ElixirWorkers.BindingError` on failure."
  @spec batch!(database(), [statement()], [write_option()]) :: [Result.t()] | :ok
  def batch!(database, statements, opts \\ []),
    do: Bindings.value!(batch(database, statements, opts))

  @doc """
  Begins a session: its queries may be answered by a replica that is near, and each sees what those before it saw.

  `from` says where it begins: `:first_primary`, with the newest state; `:first_unconstrained`, with that of any replica;
  or a bookmark, with a state at least as new as when it was taken (the client can keep it in a cookie).

      session = D1.session("DB", conn["headers"]["x-bookmark"] || :first_unconstrained)
      {:ok, rows} = D1.query(session, "SELECT * FROM todos")
      {:ok, bookmark} = D1.bookmark(session)
  """
  @spec session(String.t(), :first_primary | :first_unconstrained | String.t()) :: Session.t()
  def session(binding, from \\ :first_unconstrained) when is_binary(binding),
    do: Session.new(binding, from)

  @doc "Returns the bookmark of a session, nil before its first query."
  @spec bookmark(Session.t(), [read_option()]) :: {:ok, String.t() | nil} | failure()
  def bookmark(%Session{} = session, opts \\ []) do
    opts = read_options!(opts, "D1.bookmark")
    {binding, session} = Session.parts(session)
    Bindings.call(binding, "bookmark", [session], timeout: opts.timeout)
  end

  @doc "Returns the bookmark as `bookmark/2`; raises `ElixirWorkers.BindingError` on failure."
  @spec bookmark!(Session.t(), [read_option()]) :: String.t() | nil
  def bookmark!(session, opts \\ []), do: Bindings.value!(bookmark(session, opts))

  defp run(database, sql, params, opts, name) do
    {binding, session} = Session.parts(database)
    {sql, params} = Statement.encode!({sql, params}, name)

    with {:ok, result} <-
           Bindings.call(binding, "query", [session, sql, params], timeout: opts.timeout),
         do: {:ok, Result.new(result)}
  end

  defp read_options!(opts, name),
    do: Bindings.options!(opts, @read_defaults, &Bindings.check_option/2, name)

  defp write_options!(opts, name),
    do: Bindings.options!(opts, @write_defaults, &Bindings.check_option/2, name)
end
