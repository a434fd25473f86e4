defmodule FetchCases do
  @moduledoc "Requests that a test describes, and bodies that are passed on."

  use ElixirWorkers.App, router: FetchCases.Router
end

defmodule FetchCases.Router do
  @moduledoc false
  use ElixirWorkers.Router

  alias ElixirWorkers.Fetch

  routes do
    post "/ask", &ask/1
    post "/relay", &relay/1
    get "/relay", &Fetch.send_response(&1, Fetch.request!("API", &1["method"], url(&1)))
    get "/made", &made/1
    get "/failing", &failing/1
    get "/rates", &rates/1
  end

  @options %{
    "timeout" => :timeout,
    "max_redirects" => :max_redirects,
    "json" => :json,
    "body" => :body
  }

  # What the body asks for, and what came of it.
  defp ask(conn) do
    %{"method" => method, "url" => url} = given = conn["parsed_body"]
    headers = for [name, value] <- Map.get(given, "headers", []), do: {name, value}
    opts = for {name, value} <- given, option = @options[name], do: {option, value}

    case Fetch.request(Map.get(given, "binding", "API"), method, url, [headers: headers] ++ opts) do
      {:ok, response} ->
        Conn.json(conn, shown(response))

      {:error, error} ->
        Conn.json(conn, 502, %{code: to_string(error.code), message: Exception.message(error)})
    end
  rescue
    error -> Conn.json(conn, 500, %{raised: Exception.message(error)})
  end

  defp shown(response) do
    {:ok, body} = Fetch.read_body(response)
    headers = for {name, value} <- response.headers, do: [name, value]

    %{
      status: response.status,
      headers: headers,
      url: response.url,
      body: body,
      length: response.body.length
    }
  end

  defp relay(conn) do
    response =
      Fetch.post!("API", url(conn), body: Conn.body_stream(conn), headers: %{"x-from" => "relay"})

    Fetch.send_response(conn, response)
  end

  defp made(conn) do
    chunk = :binary.copy("0123456789", 10_000)
    count = String.to_integer(conn["query_params"]["chunks"])
    opts = if conn["query_params"]["sized"], do: [length: 100_000 * count], else: []
    body = Stream.map(1..count, fn _n -> chunk end)
    Fetch.send_response(conn, Fetch.post!("API", url(conn), [body: body] ++ opts))
  end

  defp failing(conn) do
    body = Stream.map(1..3, fn n -> if n == 3, do: raise("no third"), else: "chunk" end)
    Fetch.post!("API", url(conn), body: body)
    Conn.text(conn, "sent")
  end

  defp rates(conn) do
    response = Fetch.get!("API", "https://api.example.com/rates")
    Conn.json(conn, Fetch.json!(response)["eur"])
  end

  defp url(conn), do: conn["query_params"]["url"]
end
