defmodule ElixirWorkers.BodyStreamTest do
  @moduledoc "Bodies as streams on ordinary Elixir; `tests/worker/streams.test.mjs` has what only a worker can do."
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.{BindingError, Bindings, BodyStream, Server}

  # A busy computer may take its time.
  @patience_ms 5_000

  defmodule Site do
    use ElixirWorkers.Router

    routes do
      post "/count",
           &Conn.text(&1, &1 |> Conn.body_stream() |> Enum.count() |> Integer.to_string())

      post "/echo", &Conn.stream(&1, "text/plain", Conn.body_stream(&1))
      post "/parsed", &Conn.text(&1, inspect(&1["parsed_body"]["name"]))
      get "/object", &Conn.stream(&1, "text/plain", BodyStream.new({:stream, 7, 5}, "BUCKET"))
      get "/sized", &Conn.stream(&1, "text/plain", BodyStream.new("hello"))
    end
  end

  defmodule App do
    use ElixirWorkers.App, router: ElixirWorkers.BodyStreamTest.Site
  end

  defmodule Pipes do
    @behaviour ElixirWorkers.Transport
    def next(%{request: nil}), do: :stop
    def next(state), do: {:request, state.request, "", %{state | request: nil}}
    def respond(response, state), do: tell(state, {:response, response}) && state
    def log(_level, message, state), do: tell(state, {:log, IO.iodata_to_binary(message)})

    def pipe(stream, %{answer: answer} = state) do
      tell(state, {:pipe, stream.source})
      answer
    end

    defp tell(state, message) do
      send(state.test, message)
      :ok
    end
  end

  defp serve(path, answer) do
    state = %{request: %{"method" => "GET", "url" => path}, test: self(), answer: answer}
    assert Server.serve(Server.prepare(App), Pipes, state) == :ok
    assert_receive {:response, response}, @patience_ms
    response
  end

  test "a request's body arrives in the chunks that a test sends" do
    assert request(App, :post, "/count", body_stream: ["a", "b", "c"]).body == "3"
    assert request(App, :post, "/count", body: "abc").body == "1"
    assert request(App, :post, "/count").body == "0"
    echo = request(App, :post, "/echo", body_stream: Stream.map(1..3, &Integer.to_string/1))
    assert {echo.body, header(echo, "content-length")} == {"123", nil}
  end

  test "a streamed body is not parsed, and whoever reads the parsed one is told so" do
    headers = [{"content-type", "application/json"}]
    opts = [headers: headers, body_stream: [~s({"name":1})]]
    assert request(App, :post, "/echo", opts).body == ~s({"name":1})
    response = request(App, :post, "/parsed", opts)
    assert response.status == 500

    assert Enum.any?(response.logs, fn {:error, log} ->
             log =~ "a body that is a stream is never parsed"
           end)
  end

  test "a body of known length says it, to HEAD too" do
    assert header(request(App, :get, "/sized"), "content-length") == "5"
    head = request(App, :head, "/sized")
    assert {head.body, header(head, "content-length")} == {"", "5"}
  end

  test "a stream that the host has is piped by it" do
    assert {200, headers, :stream} = serve("/object", :ok)
    assert {"content-length", "5"} in headers
    assert_received {:pipe, 7}
  end

  test "one that the host no longer has is a 500" do
    {:error, _} =
      error = Bindings.refuse("", "stream_pipe", "no_stream", "the stream has been read")

    assert {500, _headers, body} = serve("/object", error)
    assert is_binary(body)
    assert_received {:log, log}
    assert log =~ "the stream has been read (no_stream)"
  end

  test "a fake gets a body as one binary, whatever it was" do
    put_bindings(%{"SINK" => fn "put", ["key", bytes] -> {:ok, bytes} end})

    for body <- [
          "abc",
          ["a", ?b, "c"],
          Stream.map(["a", ["b"], "c"], & &1),
          BodyStream.new(["ab", "c"])
        ] do
      assert Bindings.call_with_body("SINK", "put", body, &["key", &1]) == {:ok, "abc"}
    end
  end

  test "without a worker and without fakes there is nobody to send to or to read from" do
    assert {:error, %BindingError{code: :not_a_worker}} =
             Bindings.call_with_body("SINK", "put", Stream.map([], & &1), &[&1])

    error =
      assert_raise BindingError, fn -> Enum.to_list(BodyStream.new({:stream, 1, nil}, "SINK")) end

    assert {error.binding, error.operation} == {"SINK", "read"}
  end
end
