defmodule ElixirWorkers.Fetch do
  @moduledoc """
  HTTP to other servers: those that the configuration allows.

      [tool.hatch.build.targets.elixir-workers.bindings]
      API = { kind = "fetch", allow = ["https://api.example.com"], timeout_ms = 5000 }

      alias ElixirWorkers.Fetch

      case Fetch.get("API", "https://api.example.com/rates") do
        {:ok, %{status: 200} = response} -> Fetch.json!(response)
        {:ok, response} -> {:error, response.status}
        {:error, error} -> {:error, Exception.message(error)}
      end

  Every function that asks has a twin with `!` that raises `ElixirWorkers.BindingError`. That a server answers with 404 or 500 is
  no failure.

  ## Which servers

  `allow` lists origins: `"https://api.example.com"`, `"https://*.example.com"` for every host below that one, and `"*"` for all.
  A redirect is followed only to one of them; on the way to another origin it loses `authorization` and `cookie`. So a URL that
  comes from a request cannot reach anything else.

  ## Bodies

  What is sent is iodata, an `ElixirWorkers.BodyStream`, or an enumerable of iodata, each of which is made when the one before has
  been taken; what comes back is an `ElixirWorkers.BodyStream`. Neither is held in memory as a whole:

      # What a client sends goes to a server, and its answer to the client, without passing through the machine.
      response = Fetch.post!("API", url, body: Conn.body_stream(conn))
      Fetch.send_response(conn, response)

  ## Codes

  Beside those of `ElixirWorkers.BindingError`, of which `:timeout` is one and `:failed` a server that cannot be reached:

  | code | |
  |---|---|
  | `"not_allowed"` | the origin, or that of a redirect, is not in `allow` |
  | `"invalid_url"` | not an absolute URL of `http:` or `https:`, or one with a password |
  | `"too_many_redirects"` | more than `max_redirects` |
  | `"redirect_with_body"` | a redirect that asks for a streamed body once more |
  | `"too_large"` | the answer has more than `max_response_bytes` |
  """

  alias ElixirWorkers.{BindingError, Bindings, BodyStream, Conn, Header, JSON}
  alias ElixirWorkers.Fetch.Response

  @typedoc "The name of a binding in the configuration."
  @type binding :: String.t()

  @typedoc """
    * `:headers` - a list or a map of names and strings;
    * `:body` - what is sent; `:json` - a term that is sent as JSON instead;
    * `:length` - of a body that does not tell, in bytes; without it such a body is sent in chunks;
    * `:timeout` - milliseconds until the head of the answer, in place of `timeout_ms` of the configuration (20,000);
    * `:max_redirects` - how many are followed, in place of those of the configuration (5); with 0 a redirect is an answer.
  """
  @type option ::
          {:headers, Enumerable.t()}
          | {:body, Bindings.body()}
          | {:json, term()}
          | {:length, non_neg_integer()}
          | {:timeout, pos_integer()}
          | {:max_redirects, non_neg_integer()}

  @type answer :: {:ok, Response.t()} | {:error, BindingError.t()}

  @defaults %{headers: [], body: nil, json: nil, length: nil, timeout: nil, max_redirects: nil}

  # RFC 9110 §7.6.1, and what the worker says about the body itself: it has been decoded.
  @not_relayed ~w(connection keep-alive proxy-authenticate proxy-connection te trailer transfer-encoding upgrade
                  content-encoding content-length date)

  @doc """
  Sends a request and waits for the head of the answer. The method is `:get`, `"GET"`, or any other.
  """
  @spec request(binding(), atom() | String.t(), String.t(), [option()]) :: answer()
  def request(binding, method, url, opts \\ []) when is_binary(url) do
    opts = Bindings.options!(opts, @defaults, &check/2, "Fetch.request")
    method = method |> to_string() |> String.upcase(:ascii)
    {headers, body} = content(opts)
    options = options(opts)

    with {:ok, answer} <- send_request(binding, body, &[method, url, headers, &1, options]),
         do: {:ok, response(answer, binding)}
  end

  @doc "As `request/4`; raises on failure."
  @spec request!(binding(), atom() | String.t(), String.t(), [option()]) :: Response.t()
  def request!(binding, method, url, opts \\ []),
    do: Bindings.value!(request(binding, method, url, opts))

  for method <- [:get, :head, :post, :put, :patch, :delete] do
    @doc "Sends a #{method |> Atom.to_string() |> String.upcase()} request; see `request/4`."
    @spec unquote(method)(binding(), String.t(), [option()]) :: answer()
    def unquote(method)(binding, url, opts \\ []),
      do: request(binding, unquote(method), url, opts)

    @doc "As `#{method}/3`; raises on failure."
    @spec unquote(:"#{method}!")(binding(), String.t(), [option()]) :: Response.t()
    def unquote(:"#{method}!")(binding, url, opts \\ []),
      do: request!(binding, unquote(method), url, opts)
  end

  defp send_request(binding, nil, args), do: Bindings.call(binding, "request", args.(nil))

  defp send_request(binding, body, args),
    do: Bindings.call_with_body(binding, "request", body, args)

  defp content(%{json: nil} = opts), do: {headers(opts.headers), opts.body}

  defp content(%{json: term, body: nil} = opts) do
    headers = headers(opts.headers)

    if List.keymember?(headers, "content-type", 0),
      do: {headers, JSON.encode!(term)},
      else: {[{"content-type", "application/json"} | headers], JSON.encode!(term)}
  end

  defp content(_both),
    do: raise(ArgumentError, "Fetch.request takes :body or :json, not both")

  defp headers(given) do
    for {name, value} <- given do
      name = Header.name!(to_string(name))
      {name, Header.value!(name, value)}
    end
  end

  defp options(opts) do
    for {name, value} <- [
          length: opts.length,
          timeout_ms: opts.timeout,
          max_redirects: opts.max_redirects
        ],
        value != nil,
        into: %{},
        do: {Atom.to_string(name), value}
  end

  defp check(name, nil) when name != :headers, do: :ok
  defp check(:headers, headers) when is_list(headers) or is_map(headers), do: :ok
  defp check(:headers, _other), do: "must be a list or a map of names and values"
  defp check(:timeout, timeout) when is_integer(timeout) and timeout > 0, do: :ok
  defp check(:timeout, _other), do: "must be milliseconds"

  defp check(name, count)
       when name in [:length, :max_redirects] and is_integer(count) and count >= 0,
       do: :ok

  defp check(name, _other) when name in [:length, :max_redirects],
    do: "must be an integer from 0 on"

  defp check(_body_or_json, _value), do: :ok

  defp response(
         %{"status" => status, "headers" => headers, "url" => url, "body" => body},
         binding
       ) do
    %Response{
      status: status,
      headers: headers,
      url: url,
      body: BodyStream.new(body || "", binding)
    }
  end

  # What came back

  @doc """
  The first value of a header, or nil; the name is compared without case.
  """
  @spec header(Response.t(), String.t()) :: String.t() | nil
  def header(%Response{headers: headers}, name) do
    name = String.downcase(name, :ascii)
    Enum.find_value(headers, fn {key, value} -> if key == name, do: value end)
  end

  @doc """
  Reads the body of an answer, as long as it has at most `max_bytes`.
  """
  @spec read_body(Response.t(), pos_integer()) :: {:ok, binary()} | {:error, :too_large}
  def read_body(%Response{body: body}, max_bytes \\ 1_048_576),
    do: BodyStream.read_all(body, max_bytes)

  @doc """
  Reads the body of an answer and decodes it as JSON. Raises for one that has more than `max_bytes`, or is none.
  """
  @spec json!(Response.t(), pos_integer()) :: JSON.value()
  def json!(response, max_bytes \\ 1_048_576) do
    case read_body(response, max_bytes) do
      {:ok, text} ->
        JSON.decode!(text)

      {:error, :too_large} ->
        raise "the answer of #{response.url} has more than #{max_bytes} bytes"
    end
  end

  @doc """
  Answers a request with an answer: its status, its headers but for those that are between two servers, and its body, which goes
  to the client as it comes in. To HEAD it says the length that the server has said.
  """
  @spec send_response(Conn.t(), Response.t()) :: Conn.t()
  def send_response(conn, %Response{} = response) do
    relayed = for {name, value} <- response.headers, name not in @not_relayed, do: {name, value}

    conn =
      Enum.reduce(relayed, conn, fn {name, _value}, conn ->
        Conn.delete_resp_header(conn, name)
      end)

    conn =
      Enum.reduce(relayed, conn, fn {name, value}, conn ->
        Conn.add_resp_header(conn, name, value)
      end)

    conn |> Conn.put_status(response.status) |> put_body(response)
  end

  # There is no body whose length would be known.
  defp put_body(%{"method" => "HEAD"} = conn, response) do
    conn = %{conn | "resp_body" => {:stream, response.body}}

    case header(response, "content-length") do
      nil -> conn
      length -> Conn.put_resp_header(conn, "content-length", length)
    end
  end

  defp put_body(conn, response),
    do: Conn.stream(conn, "application/octet-stream", response.body)
end
