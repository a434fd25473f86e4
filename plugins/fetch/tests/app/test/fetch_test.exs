defmodule FetchCases.FetchTest do
  @moduledoc "Fetch with its fake."
  use ExUnit.Case, async: true

  import ElixirWorkers.Test
  alias ElixirWorkers.{BindingError, Fetch}

  defp respond(respond, options \\ []),
    do: put_bindings(%{"API" => {Fetch.Fake, [respond: respond] ++ options}})

  test "a fake gets the request, and its answer is that of the server" do
    test = self()

    respond(fn request ->
      send(test, request)
      {201, [{"X-Tag", "a"}, {"set-cookie", "a=1"}, {"set-cookie", "b=2"}], "made"}
    end)

    response =
      Fetch.post!("API", "https://api.example.com/a?b=c",
        headers: %{"X-One" => "1"},
        body: ["bo", "dy"]
      )

    assert_received %{
      method: "POST",
      url: "https://api.example.com/a?b=c",
      body: "body",
      headers: [{"x-one", "1"}]
    }

    assert {response.status, Fetch.header(response, "x-TAG"), Fetch.read_body(response)} ==
             {201, "a", {:ok, "made"}}

    assert response.headers |> Enum.filter(&(elem(&1, 0) == "set-cookie")) |> length() == 2
    assert response.url == "https://api.example.com/a?b=c"
  end

  test "JSON out and in" do
    respond(fn %{body: body, headers: headers} ->
      {200, [], ~s({"got": #{body}, "type": "#{:proplists.get_value("content-type", headers)}"})}
    end)

    response = Fetch.put!("API", "https://api.example.com", json: %{a: 1})
    assert Fetch.json!(response) == %{"got" => %{"a" => 1}, "type" => "application/json"}

    typed =
      Fetch.put!("API", "https://api.example.com", json: 1, headers: [{"content-type", "a+json"}])

    assert Fetch.json!(typed)["type"] == "a+json"
    large = Fetch.get!("API", "https://api.example.com")
    assert_raise RuntimeError, ~r/more than 5 bytes/, fn -> Fetch.json!(large, 5) end
  end

  test "bodies are streams, both ways" do
    respond(fn %{body: body} -> {200, [], [body, "!"]} end)
    response = Fetch.post!("API", "https://api.example.com", body: Stream.map(["a", "b"], & &1))
    assert Enum.to_list(response.body) == ["ab", "!"]

    relayed =
      request(FetchCases, :post, "/relay?url=https://api.example.com", body_stream: ["x", "y"])

    assert {relayed.status, relayed.body} == {200, "xy!"}
  end

  test "an application is tested with servers that are not there" do
    respond(fn %{url: "https://api.example.com/rates"} -> {200, [], ~s({"eur": 0.9})} end)
    assert json(request(FetchCases, :get, "/rates")) == 0.9
  end

  test "what is relayed is not what lies between two servers" do
    headers = [
      {"connection", "close"},
      {"content-encoding", "gzip"},
      {"content-length", "9"},
      {"content-type", "a/b"}
    ]

    respond(fn _request ->
      {404, headers ++ [{"set-cookie", "a=1"}, {"set-cookie", "b=2"}], "none"}
    end)

    reply = request(FetchCases, :get, "/relay?url=https://api.example.com")
    assert {reply.status, reply.body, header(reply, "content-type")} == {404, "none", "a/b"}
    assert {header(reply, "content-encoding"), header(reply, "content-length")} == {nil, "4"}
    assert headers(reply, "set-cookie") == ["a=1", "b=2"]
  end

  test "HEAD is passed on with the length that there would be" do
    respond(fn %{method: "HEAD"} -> {200, [{"content-length", "100"}], ""} end)
    reply = request(FetchCases, :head, "/relay?url=https://api.example.com")
    assert {reply.status, reply.body, header(reply, "content-length")} == {200, "", "100"}
  end

  test "failures are errors, and raised by the twins" do
    respond(fn _request -> {:error, "failed", "connection refused"} end)

    assert {:error, %BindingError{code: :failed} = error} =
             Fetch.get("API", "https://api.example.com")

    assert Exception.message(error) == "binding API, request: connection refused (failed)"
    assert_raise BindingError, fn -> Fetch.get!("API", "https://api.example.com") end
  end

  test "the list of allowed origins" do
    respond(fn _request -> {200, [], ""} end,
      allow: ["https://api.example.com", "https://*.example.org"]
    )

    code = fn url -> with {:error, error} <- Fetch.get("API", url), do: error.code end
    assert {:ok, _} = code.("https://api.example.com/x")
    assert {:ok, _} = code.("https://a.b.example.org/x")

    for url <-
          ~w(http://api.example.com https://example.org https://evilexample.org https://api.example.com.evil.org),
        do: assert(code.(url) == "not_allowed")

    assert code.("/relative") == "invalid_url"
  end

  test "options that are wrong are refused where they are written" do
    for {opts, message} <- [
          {[timeout: 0], ":timeout must be milliseconds"},
          {[headers: "x"], ":headers must be a list or a map"},
          {[length: -1], ":length must be an integer from 0 on"},
          {[retries: 1], "has no option :retries"},
          {[body: "a", json: 1], "takes :body or :json, not both"},
          {[headers: [{"a b", "c"}]], "a b"},
          {[headers: [{"a", "b\r\nc"}]], "\"a\""}
        ] do
      error =
        assert_raise ArgumentError, fn -> Fetch.get("API", "https://api.example.com", opts) end

      assert Exception.message(error) =~ message
    end
  end
end
