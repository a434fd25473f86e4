defmodule HelloTest do
  use ExUnit.Case, async: true

  import ExUnit.CaptureIO
  import ElixirWorkers.Test

  test "the home page links to the other routes" do
    response = request(Hello, :get, "/")
    assert response.status == 200
    assert header(response, "content-type") == "text/html; charset=utf-8"
    assert response.body =~ ~s(<a href="/stats">)
  end

  test "health is JSON" do
    response = request(Hello, :get, "/api/health")
    assert header(response, "content-type") == "application/json"
    assert json(response) == %{"status" => "ok"}
  end

  test "path parameters arrive decoded" do
    assert request(Hello, :get, "/hello/J%C3%BCrgen").body == "Hello, Jürgen!\n"
    assert request(Hello, :get, "/hello/%FF").status == 400
  end

  test "echo gives back every byte and the content type" do
    bytes = for byte <- 0..255, into: "", do: <<byte>>
    response = request(Hello, :post, "/echo", body: bytes, headers: ["content-type": "image/png"])
    assert response.body == bytes
    assert header(response, "content-type") == "image/png"
  end

  test "posted JSON comes back, malformed JSON is a 400" do
    term = %{"price" => 1.0e5, "tags" => ["€", nil]}
    assert json(request(Hello, :post, "/api/json", json: term)) == term

    response =
      request(Hello, :post, "/api/json",
        body: "{}x",
        headers: ["content-type": "application/json"]
      )

    assert response.status == 400
  end

  test "stats counts words and letters" do
    stats = json(request(Hello, :get, "/stats?text=to+be+or+not+to+be"))
    assert stats["words"] == 6
    assert hd(stats["most_frequent"]) == %{"word" => "be", "count" => 2}
    assert stats["letters"]["o"] == 4
    assert json(request(Hello, :get, "/stats?text="))["longest"] == nil
  end

  test "two cookies are two headers" do
    assert ["theme=dark" <> _, "visits=1" <> _] =
             headers(request(Hello, :get, "/cookies"), "set-cookie")
  end

  test "what a handler prints stays out of the response" do
    capture_io(fn ->
      assert %{status: 201, body: "printed\n"} = request(Hello, :get, "/print")
    end)
  end

  test "inspect shows terms" do
    body = request(Hello, :get, "/inspect").body

    for text <- ["&quot;1&quot;", "1..3", "MapSet", "&quot;STRASSE&quot;", "1606938044258990275"],
        do: assert(body =~ text)
  end

  test "a crash is a 500 that says nothing, and a log that says everything" do
    response = request(Hello, :get, "/crash")
    assert response.status == 500
    refute response.body =~ "purpose"
    assert [{:error, log}] = response.logs
    assert log =~ "(RuntimeError) this handler fails on purpose"
    assert log =~ ~r"lib/hello/router.ex:\d+"
  end

  test "everything else is a 404 or a 405" do
    assert request(Hello, :get, "/nowhere").status == 404
    assert header(request(Hello, :get, "/echo"), "allow") == "OPTIONS, POST"
  end

  test "sleeping works" do
    assert request(Hello, :get, "/sleep").status == 200
  end
end
