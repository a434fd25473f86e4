defmodule KVCounterTest do
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.KV

  setup do
    put_bindings(%{"COUNTERS" => KV.Fake})
  end

  test "a counter begins at 1 and goes up" do
    assert request(KVCounter, :get, "/api/counters/a").status == 404
    assert json(request(KVCounter, :post, "/api/counters/a")) == %{"name" => "a", "count" => 1}
    assert json(request(KVCounter, :post, "/api/counters/a"))["count"] == 2
    assert json(request(KVCounter, :get, "/api/counters/a")) == %{"name" => "a", "count" => 2}
    assert KV.get!("COUNTERS", "counter:a") == "2"
  end

  test "deleted counters begin again" do
    request(KVCounter, :post, "/api/counters/a")
    assert request(KVCounter, :delete, "/api/counters/a").status == 204
    assert request(KVCounter, :delete, "/api/counters/a").status == 204
    assert json(request(KVCounter, :get, "/api/counters")) == %{}
  end

  test "the page lists counters, escaped, and its form counts" do
    post = [body: "name=<b>", headers: ["content-type": "application/x-www-form-urlencoded"]]
    response = request(KVCounter, :post, "/count", post)
    assert {response.status, header(response, "location")} == {303, "/"}
    page = request(KVCounter, :get, "/").body
    assert page =~ "&lt;b&gt;: 1"
    refute page =~ "<b>"
  end

  test "a name that no key can have is refused with the rule" do
    response = request(KVCounter, :post, "/api/counters/" <> String.duplicate("x", 600))
    assert response.status == 422
    assert json(response)["error"] == "a key must have at most 512 bytes, this one has 608"
  end

  test "a namespace that fails is a 500, never an empty page" do
    put_bindings(%{
      "COUNTERS" => fn _operation, _args ->
        {:error, %{"code" => "failed", "message" => "the store is closed"}}
      end
    })

    for {method, path} <- [{:get, "/"}, {:get, "/api/counters/a"}, {:post, "/api/counters/a"}] do
      response = request(KVCounter, method, path)
      assert response.status == 500
      assert [{:error, log}] = response.logs
      assert log =~ ~r"\(ElixirWorkers.BindingError\) binding COUNTERS, \w+: the store is closed"
    end
  end
end
