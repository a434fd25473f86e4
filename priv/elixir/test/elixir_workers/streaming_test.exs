defmodule ElixirWorkers.StreamingTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test, only: [request: 3, header: 2]

  alias ElixirWorkers.{Server, Streaming}

  # A busy computer may take its time.
  @patience_ms 5_000

  defmodule Site do
    use ElixirWorkers.Router
    def middleware, do: [{ElixirWorkers.Middleware.ETag, []}]

    routes do
      get "/list", &Conn.stream(&1, "text/plain", ["a", [?b, "c"]])

      get "/fun",
          &Conn.stream(&1, "text/plain", fn write -> for n <- 1..3, do: write.("#{n}") end)

      get "/events", &Conn.sse(&1, ["one", %{event: "e", id: 2, retry: 5, data: "x\r\ny"}])
      get "/sent", &Conn.sse(&1, fn send -> send.("one") end)
      get "/fails", &Conn.stream(&1, "text/plain", fn write -> write.("a") && raise("late") end)
      get "/wrong", &Conn.stream(&1, "text/plain", [:no_chunk])
      get "/none", &(&1 |> Conn.put_status(204) |> Conn.stream("text/plain", ["x"]))
    end
  end

  defmodule App do
    use ElixirWorkers.App, router: ElixirWorkers.StreamingTest.Site
  end

  # A transport that has streams: tells the test of every step, and may say that the client has gone.
  defmodule Streams do
    @behaviour ElixirWorkers.Transport
    def next(%{request: nil}), do: :stop
    def next(state), do: {:request, state.request, "", %{state | request: nil}}
    def respond(response, state), do: tell(state, {:response, response}) && state
    def log(level, message, state), do: tell(state, {:log, level, IO.iodata_to_binary(message)})

    def chunk(bytes, state) do
      tell(state, {:chunk, bytes})
      if bytes == state.last, do: {:error, :closed}, else: :ok
    end

    def finish(how, state), do: tell(state, {:finish, how})

    defp tell(state, message) do
      send(state.test, message)
      :ok
    end
  end

  defp stream(path, last \\ nil) do
    router = Server.prepare(App)
    state = %{request: %{"method" => "GET", "url" => path}, test: self(), last: last}
    assert Server.serve(router, Streams, state) == :ok
    assert_receive {:response, response}, @patience_ms
    response
  end

  test "without streams the body is collected" do
    assert request(App, :get, "/list").body == "abc"
    assert request(App, :get, "/fun").body == "123"
    events = request(App, :get, "/events")
    assert events.body == "data: one\n\nevent: e\nid: 2\nretry: 5\ndata: x\ndata: y\n\n"
    assert header(events, "cache-control") == "no-store"
    assert header(events, "etag") == nil
    assert request(App, :get, "/sent").body == "data: one\n\n"
    assert request(App, :get, "/none").body == ""
  end

  test "HEAD has no body, and no length that nobody knows" do
    response = request(App, :head, "/list")
    assert {response.status, response.body, header(response, "content-length")} == {200, "", nil}
  end

  test "the response goes first, then chunk after chunk" do
    assert {200, [{"content-type", "text/plain"}], :stream} = stream("/list")
    assert_receive {:chunk, "a"}, @patience_ms
    assert_receive {:chunk, "bc"}, @patience_ms
    assert_receive {:finish, :end}, @patience_ms
  end

  test "a client that has gone ends the source, which is no failure" do
    stream("/fun", "2")
    assert_receive {:chunk, "2"}, @patience_ms
    refute_receive {:chunk, "3"}, 20
    refute_received {:finish, _}
    refute_received {:log, _, _}
  end

  test "a failure breaks the body off, and is logged" do
    stream("/fails")
    assert_receive {:chunk, "a"}, @patience_ms
    assert_receive {:finish, :abort}, @patience_ms
    assert_receive {:log, :error, log}, @patience_ms
    assert log =~ "the stream of GET /fails failed in request"
    assert log =~ "** (RuntimeError) late"
    stream("/wrong")
    assert_receive {:log, :error, wrong}, @patience_ms
    assert wrong =~ "a chunk must be a string or iodata, got: :no_chunk"
  end

  test "events that are none are refused" do
    for {event, message} <- [
          {:x, "an event must be a string or a map with :data"},
          {%{data: 1}, "an event must be"},
          {%{data: "x", event: "a\nb"}, ":event of an event must be one line"},
          {%{data: "x", id: :y}, ":id of an event must be a string"}
        ] do
      error = assert_raise ArgumentError, fn -> Streaming.event(event) end
      assert Exception.message(error) =~ message
    end
  end
end
