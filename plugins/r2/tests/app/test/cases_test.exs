defmodule R2Cases.CasesTest do
  @moduledoc "The fake gives what a worker gives."
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.R2

  setup do
    put_bindings(%{"FILES" => R2.Fake, "OTHER" => R2.Fake})
  end

  for name <- R2Cases.Cases.names() do
    test name do
      {actual, expected} = R2Cases.Cases.run(unquote(name))
      assert actual == expected
    end
  end

  test "an object over HTTP" do
    body = ["0123", "456789"]

    put =
      request(R2Cases, :put, "/objects/a/b", body_stream: body, headers: [{"content-type", "a/b"}])

    assert {put.status, json(put)["size"]} == {201, 10}
    whole = request(R2Cases, :get, "/objects/a/b")
    assert {whole.status, whole.body, header(whole, "content-type")} == {200, "0123456789", "a/b"}
    part = request(R2Cases, :get, "/objects/a/b", headers: [{"range", "bytes=2-4"}])
    assert {part.status, part.body, header(part, "content-range")} == {206, "234", "bytes 2-4/10"}
    etag = header(whole, "etag")

    assert request(R2Cases, :get, "/objects/a/b", headers: [{"if-none-match", etag}]).status ==
             304
  end

  test "a clock of the test's own" do
    put_bindings(%{"FILES" => {R2.Fake, clock: fn -> 1_000 end}})
    assert R2.put!("FILES", "key", "x").uploaded == ~U[1970-01-01 00:00:01.000Z]
  end
end
