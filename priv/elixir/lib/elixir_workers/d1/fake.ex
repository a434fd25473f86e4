defmodule ElixirWorkers.D1.Fake do
  @moduledoc """
  A D1 database for `mix test`: see `ElixirWorkers.Test.put_bindings/1`.

      put_bindings(%{"DB" => {ElixirWorkers.D1.Fake, migrations: "migrations"}})

  It is a real SQLite, in memory: the one of Python's standard library, which everyone who builds with hatch has. It
  answers as `bindings/d1.js` of a worker does, numbers as JavaScript has them included. What D1 bills is not counted.

  Options:

    * `:migrations` - a folder of `.sql` files, which run in the order of their names;
    * `:sql` - statements to run after them.
  """

  alias ElixirWorkers.JSON

  @behaviour ElixirWorkers.Bindings.Fake

  @script_file Path.join(__DIR__, "fake.py")
  @external_resource @script_file
  @script File.read!(@script_file)

  @impl true
  def start(options) do
    case Keyword.keys(options) -- [:migrations, :sql] do
      [] ->
        :ok

      [unknown | _] ->
        raise ArgumentError, "ElixirWorkers.D1.Fake has no option #{inspect(unknown)}"
    end

    # The port, from the first question on.
    {:ok, owner} = Agent.start_link(fn -> nil end)
    for sql <- scripts(options), do: {:ok, _} = ask(owner, %{script: sql}) |> started!(sql)
    &answer(owner, &1, &2)
  end

  defp python do
    System.find_executable("python3") || System.find_executable("python") ||
      raise "ElixirWorkers.D1.Fake needs Python 3, whose SQLite it uses, as `python3` on PATH"
  end

  defp open(python),
    do:
      Port.open({:spawn_executable, python}, [
        :binary,
        packet: 4,
        args: ["-I", "-S", "-c", @script]
      ])

  defp scripts(options) do
    migrations =
      case Keyword.fetch(options, :migrations) do
        {:ok, folder} -> folder |> migration_files() |> Enum.map(&File.read!/1)
        :error -> []
      end

    migrations ++ List.wrap(Keyword.get(options, :sql))
  end

  defp migration_files(folder) do
    case folder |> Path.join("*.sql") |> Path.wildcard() |> Enum.sort() do
      [] -> raise ArgumentError, "ElixirWorkers.D1.Fake: no .sql files in #{Path.expand(folder)}"
      files -> files
    end
  end

  defp started!({:ok, _} = ok, _sql), do: ok

  defp started!({:error, %{"message" => message}}, sql) do
    raise ArgumentError,
          "ElixirWorkers.D1.Fake: #{message}, in:\n" <> String.slice(sql, 0, 500)
  end

  defp answer(owner, "query", [_session, sql, params]) do
    with {:ok, [result]} <- ask(owner, %{statements: [statement({sql, params})]}),
         do: {:ok, result(result)}
  end

  defp answer(owner, "batch", [_session, statements]) do
    with {:ok, results} <- ask(owner, %{statements: Enum.map(statements, &statement/1)}),
         do: {:ok, Enum.map(results, &result/1)}
  end

  defp answer(owner, "bookmark", [_session]), do: ask(owner, %{bookmark: true})

  defp answer(_owner, operation, _args) do
    message = "kind \"d1\" has no operation #{inspect(operation)} of these arguments"
    {:error, %{"code" => "unknown_operation", "message" => message}}
  end

  defp ask(owner, question) do
    python = python()

    Agent.get_and_update(owner, fn port ->
      port = port || open(python)
      Port.command(port, JSON.encode!(question))

      receive do
        {^port, {:data, answer}} -> {answer, port}
      end
    end)
    |> JSON.decode!()
    |> case do
      %{"ok" => value} -> {:ok, value}
      %{"error" => error} -> {:error, error}
    end
  end

  defp statement({sql, params}), do: [sql, Enum.map(params, &param/1)]

  defp param({:blob, bytes}), do: %{blob: Base.encode64(bytes)}
  defp param(value), do: value

  defp result(%{"columns" => columns, "rows" => rows, "meta" => meta}) do
    rows = for row <- rows, do: columns |> Enum.zip(Enum.map(row, &value/1)) |> Map.new()
    %{"rows" => rows, "meta" => List.to_tuple(meta)}
  end

  defp value(%{"blob" => encoded}), do: Base.decode64!(encoded)
  defp value(value), do: value
end
