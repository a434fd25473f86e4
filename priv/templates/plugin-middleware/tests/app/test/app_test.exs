defmodule AppTest do
  use ExUnit.Case, async: true
  import ElixirWorkers.Test

  alias ElixirWorkers.{Conn, {{module}}}

  defp call(headers, opts \\ []) do
    opts = [key: "API_KEY", header: "x-api-key"] |> Keyword.merge(opts) |> {{module}}.init()
    conn = conn(:get, "/", headers: headers, env: %{"API_KEY" => "s3cret"})
    {{module}}.call(conn, opts, &Conn.text(&1, "welcome"))
  end

  test "a request that knows the key passes, and its response is private" do
    conn = call(%{"x-api-key" => "s3cret"})
    assert {conn["status"], Conn.get_resp_header(conn, "cache-control")} == {200, ["private"]}
    assert call(%{"x-other" => "s3cret"}, header: "x-other")["status"] == 200
  end

  test "others do not" do
    assert call(%{})["status"] == 401
    assert call(%{"x-api-key" => "s3cret "})["status"] == 401
  end
end
