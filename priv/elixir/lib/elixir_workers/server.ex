defmodule ElixirWorkers.Server do
  @moduledoc """
  Takes requests from a transport and answers them, one at a time.

  Every request runs in a process of its own, so that nothing it does can end the server: an exception, an exit, a
  kill, or using up its memory all end in a 500.
  """

  alias ElixirWorkers.{
    BodyStream,
    Callable,
    Conn,
    Failure,
    Router,
    Settings,
    Streaming,
    Transport
  }

  alias ElixirWorkers.Transport.{Host, Wasi}

  # Many requests are answered without a collection.
  @heap_words 3000

  @typedoc "The app, and what was raised, thrown or exited when it started."
  @type failed_start ::
          {:failed_start, String.t(), Failure.kind(), term(), Exception.stacktrace()}

  @doc """
  Serves an app: in a worker every request it gets, elsewhere the one on stdin. The project's OTP applications are started
  before.

  An app whose applications do not start, or whose routes or middleware are not well formed, answers every request of a
  worker with 500, and the log says why; elsewhere what was raised is raised.
  """
  @spec start(module()) :: :ok
  def start(app) when is_atom(app) do
    case Settings.read() do
      # The module comes from the settings, so that other archives do not carry it.
      %{transport: transport} -> transport.run(&serve(prepare(app), transport, &1))
      _settings -> app |> prepare() |> start_router()
    end
  end

  defp start_router(router) do
    case Host.listen() do
      :ok -> router |> shared() |> serve(Host, nil)
      {:error, :not_a_worker} -> router |> raise_failure() |> serve(Wasi, :waiting)
    end
  end

  # A persistent term is not copied into the process of each request.
  defp shared(router) do
    :persistent_term.put(__MODULE__, router)
    :persistent_term.get(__MODULE__)
  end

  defp raise_failure({:failed_start, _app, kind, reason, stacktrace}),
    do: :erlang.raise(kind, reason, stacktrace)

  defp raise_failure(router), do: router

  @doc """
  Returns the router of an app, or what kept it from being made ready.
  """
  @spec prepare(module()) :: Router.compiled() | failed_start()
  def prepare(app) do
    start_applications(Settings.read())
    Router.compile(app.__elixir_workers_app__()[:router])
  catch
    kind, reason -> {:failed_start, inspect(app), kind, reason, __STACKTRACE__}
  end

  # The module comes from the settings, so that a project without applications does not carry it.
  defp start_applications(%{applications: {starter, applications}}),
    do: starter.start(applications)

  defp start_applications(_settings), do: :ok

  @doc """
  Serves the requests of a transport until there are no more.
  """
  @spec serve(Router.compiled() | failed_start(), module(), Transport.state()) :: :ok
  def serve(router, transport, state) do
    case transport.next(state) do
      {:request, head, body, state} ->
        {response, go_on} = answer(router, head, body, {transport, state})
        state = transport.respond(response, state)
        go_on.()
        serve(router, transport, state)

      :stop ->
        :ok
    end
  end

  # `{response, what lets the request's process go on}`
  defp answer(router, head, body, transport) do
    server = self()
    tag = make_ref()
    callers = [server | Process.get(:"$callers") || []]

    run = fn ->
      # As `Task` does: a test's fakes are found by it.
      Process.put(:"$callers", callers)
      run_request(server, tag, respond(router, head, body, transport), head, transport)
    end

    {pid, monitor} = Process.spawn(run, [:monitor, min_heap_size: @heap_words])

    receive do
      {^tag, response} ->
        Process.demonitor(monitor, [:flush])
        {response, go_on(response, pid, tag)}

      {:DOWN, ^monitor, :process, ^pid, reason} ->
        response =
          reply(head, transport, fn conn ->
            Failure.reply(conn, name(head, conn), {:EXIT, pid}, reason, [])
          end)

        {response, fn -> :ok end}
    end
  end

  # Only what streams its body waits for it.
  defp go_on({_status, _headers, :stream}, pid, tag), do: fn -> send(pid, {tag, :go_on}) end
  defp go_on(_response, _pid, _tag), do: fn -> :ok end

  defp run_request(
         server,
         tag,
         {status, headers, {:stream, source}},
         head,
         {module, state} = transport
       ) do
    cond do
      BodyStream.handle(source) != nil and Callable.exports?(module, :pipe, 2) ->
        send(server, {tag, pipe(source, {status, headers, :stream}, head, {module, state})})

      Callable.exports?(module, :chunk, 2) ->
        send(server, {tag, {status, headers, :stream}})
        receive(do: ({^tag, :go_on} -> stream(source, head, transport)))

      true ->
        send(server, {tag, {status, headers, Streaming.collect(source)}})
    end
  end

  defp run_request(server, tag, response, _head, _transport), do: send(server, {tag, response})

  defp stream(source, head, transport) do
    Streaming.run(source, transport)
  catch
    kind, reason ->
      conn = new_conn(head, "", transport)
      Failure.log(conn, "the stream of " <> request_line(conn), kind, reason, __STACKTRACE__)
  end

  # A stream that was read or given away before cannot be the body of a response.
  defp pipe(source, response, head, {module, state} = transport) do
    case module.pipe(source, state) do
      :ok ->
        response

      {:error, error} ->
        reply(head, transport, &Failure.reply(&1, request_line(&1), :error, error, []))
    end
  end

  # In the request's process.
  defp respond({:failed_start, app, kind, reason, stacktrace}, head, _body, transport) do
    reply(head, transport, &Failure.reply(&1, "the start of " <> app, kind, reason, stacktrace))
  end

  defp respond(_router, %{"event" => _kind} = head, _body, transport) do
    # The module comes from the settings, so that a project without events does not carry it.
    %{events: {runner, entries}} = Settings.read()
    runner.run(entries, head, transport)
  end

  defp respond(router, head, body, transport) do
    conn = new_conn(head, body, transport)

    try do
      router |> Router.call(conn) |> Conn.to_response()
    catch
      kind, reason ->
        stacktrace = __STACKTRACE__
        reply(head, transport, &Failure.reply(&1, request_line(&1), kind, reason, stacktrace))
    end
  end

  defp new_conn(head, body, transport) do
    case Conn.new(head, body) do
      {:ok, conn} -> %{conn | "transport" => transport}
      {:error, conn, reason} -> Map.merge(conn, %{"transport" => transport, "invalid" => reason})
    end
  end

  # The conn of the failed request is lost: the answer is built on one that is sure to be in order.
  defp reply(head, transport, answer) do
    conn = new_conn(head, "", transport)

    conn
    |> answer.()
    |> ElixirWorkers.Middleware.SecurityHeaders.put_defaults()
    |> Conn.to_response()
  end

  defp name(%{"event" => kind, "source" => source}, _conn), do: "event #{kind} #{source}"
  defp name(_head, conn), do: request_line(conn)

  defp request_line(conn), do: conn["method"] <> " " <> conn["path"]
end
