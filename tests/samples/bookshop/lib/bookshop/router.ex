defmodule Bookshop.Router do
  @moduledoc false

  use ElixirWorkers.Router
  require Logger

  alias Bookshop.{Catalogue, Pages}

  routes do
    get "/", :index
    get "/books/:isbn", :book
    get "/applications", :applications
    get "/fail", :fail
    get "/slow", :slow
    get "/kill-store", :kill_store

    get "/rows",
        &Conn.stream(&1, "text/csv", Stream.map(1..20_000, fn n -> "#{n},#{n * n}\n" end))

    get "/ticks", :ticks
    get "/breaks", :breaks

    scope "/crash", middleware: [&Conn.put_resp_header(&1, "x-scope", "crash")] do
      get "/server", :crash_server
      get "/process", &crash_process/1
    end
  end

  def index(conn) do
    per_page = Application.fetch_env!(:bookshop, :per_page)
    page = conn["query_params"] |> Map.get("page", "1") |> String.to_integer()
    pages = Enum.chunk_every(Catalogue.titles(), per_page)
    Agent.update(visits(page), &(&1 + 1))

    html(
      conn,
      "Books",
      Pages.index(books: Enum.at(pages, page - 1, []), page: page, pages: length(pages))
    )
  end

  def book(conn, %{"isbn" => isbn}) do
    with {:ok, text} <- Catalogue.text(isbn) do
      Logger.info("asked for", isbn: isbn)
      {:ok, html} = Hoard.fetch(:pages, isbn, fn -> Markling.to_html(text) end)
      {:ok, ^html} = Hoard.fetch(:pages, isbn, fn -> raise "nobody asks twice" end)
      html(conn, isbn, Pages.book(html: html, stats: Hoard.stats(:pages)))
    else
      :error -> Conn.text(conn, 404, "no such book\n")
    end
  end

  @doc "What runs, and what is known of it."
  def applications(conn) do
    started =
      for {app, _description, version} <- Application.started_applications(),
          do: {app, to_string(version)}

    Conn.json(conn, %{
      started: Map.new(started),
      of_this_module: Application.get_application(__MODULE__),
      of_the_cache: Application.get_application(Hoard.Store),
      spec: inspect(Application.spec(:hoard, :mod)),
      modules: :markling |> Application.spec(:modules) |> Enum.map(&inspect/1),
      env: Application.get_all_env(:bookshop) |> Enum.sort() |> inspect(),
      stores: Hoard.stores(),
      children: Supervisor.count_children(Bookshop.Supervisor),
      level: Logger.level()
    })
  end

  @doc "A computation that raises is an error, and the log has its stack trace."
  def fail(conn) do
    {:error, message} = Hoard.fetch(:pages, :never, fn -> raise ArgumentError, "no such page" end)
    Conn.text(conn, 502, message)
  end

  def slow(conn) do
    result = Hoard.fetch(:pages, :slow, fn -> Process.sleep(5_000) end, timeout: 20)
    Conn.text(conn, 504, inspect(result))
  end

  @doc "The supervisor starts the store again, empty."
  def kill_store(conn) do
    {:ok, _} = Hoard.fetch(:pages, :x, fn -> 1 end)
    [{pid, 2}] = Registry.lookup(Hoard.Names, :pages)
    ref = Process.monitor(pid)
    Process.exit(pid, :kill)

    receive do
      {:DOWN, ^ref, :process, ^pid, reason} ->
        Conn.json(conn, %{reason: reason, again: await_store(pid)})
    end
  end

  defp await_store(old) do
    case Registry.lookup(Hoard.Names, :pages) do
      [{pid, 2}] when pid != old -> Hoard.get(:pages, :x) == :error
      _ -> await_store(old)
    end
  end

  @doc "Events without an end."
  def ticks(conn) do
    next = fn n ->
      Process.sleep(5)
      {[%{event: "tick", id: n, data: "tick #{n}"}], n + 1}
    end

    Conn.sse(
      conn,
      Stream.resource(fn -> 0 end, next, &Logger.notice("nobody listens after #{&1 > 2}"))
    )
  end

  def breaks(conn) do
    Conn.stream(conn, "text/plain", fn write ->
      write.("before\n")
      raise "in the stream"
    end)
  end

  @doc "A GenServer that fails is reported as Logger reports it."
  def crash_server(conn) do
    Logger.metadata(isbn: "of-the-handler")
    {:ok, pid} = GenServer.start(Bookshop.Fragile, 41)
    catch_exit(fn -> GenServer.call(pid, {:divide, 0}) end)
    Conn.text(conn, "crashed\n")
  end

  @doc "So is a process that no supervisor knows."
  def crash_process(conn) do
    {_pid, ref} = spawn_monitor(fn -> raise "nobody is linked" end)

    receive do
      {:DOWN, ^ref, :process, _pid, _reason} -> Conn.text(conn, "crashed\n")
    end
  end

  defp catch_exit(fun) do
    fun.()
  catch
    :exit, _reason -> :ok
  end

  defp visits(page), do: {:via, PartitionSupervisor, {Bookshop.Visits, page}}

  defp html(conn, title, {:safe, _} = content) do
    {:safe, page} = Pages.layout(title: title, content: content)
    Conn.html(conn, page)
  end
end
