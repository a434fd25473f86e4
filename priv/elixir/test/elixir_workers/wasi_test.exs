defmodule ElixirWorkers.Transport.WasiTest do
  use ExUnit.Case, async: false

  import ExUnit.CaptureIO

  alias ElixirWorkers.JSON
  alias ElixirWorkers.Transport.Wasi

  defmodule Router do
    use ElixirWorkers.Router
    def routes, do: [{:post, "/echo", &echo/1}]

    def echo(conn) do
      IO.puts(~s({"status":500}))
      Conn.send_resp(conn, 200, conn["headers"]["content-type"], conn["body"])
    end
  end

  defmodule App do
    use ElixirWorkers.App, router: ElixirWorkers.Transport.WasiTest.Router
  end

  defp serve(request) do
    parent = self()

    capture_io(:stderr, fn ->
      send(parent, {:stdout, capture_io(JSON.encode!(request), fn -> :ok = App.start() end)})
    end)

    assert_received {:stdout, line}
    assert String.ends_with?(line, "\n")
    JSON.decode!(line)
  end

  test "one request in, one line out, whatever the application prints" do
    request = %{
      method: "post",
      url: "/echo",
      headers: %{"Content-Type" => "text/x"},
      body: "größe"
    }

    assert %{"status" => 200, "body" => "größe", "headers" => headers} = serve(request)
    assert ["content-type", "text/x"] in headers
  end

  test "bytes travel as base64" do
    bytes = <<0, 255, 10>>

    request = %{
      method: "POST",
      url: "/echo",
      headers: [["content-type", "a/b"]],
      body_base64: Base.encode64(bytes)
    }

    assert %{"body_base64" => encoded} = serve(request)
    assert Base.decode64!(encoded) == bytes
  end

  test "what is no request is refused with a reason" do
    for {text, message} <- [
          {"", ~r/stdin is empty/},
          {"{", ~r/stdin does not hold a request: malformed JSON/},
          {"[]", ~r/not an object/},
          {~s({"method": 1}), ~r/"method" must be a string/},
          {~s({"headers": 1}), ~r/list of pairs or an object/},
          {~s({"headers": [["a"]]}), ~r/pair of strings/},
          {~s({"env": []}), ~r/"env" must be an object/},
          {~s({"body_base64": "*"}), ~r/not base64/}
        ] do
      assert_raise Wasi.RequestError, message, fn -> Wasi.parse_request(text) end
    end
  end
end
