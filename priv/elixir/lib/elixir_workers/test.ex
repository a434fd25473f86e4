defmodule ElixirWorkers.Test do
  @moduledoc """
  Requests to an app on ordinary Elixir, for `mix test`: the same server, middleware and router as in a worker.

      defmodule MyAppTest do
        use ExUnit.Case, async: true
        import ElixirWorkers.Test

        test "greets" do
          response = request(MyApp, :get, "/hello/Ada")
          assert response.status == 200
          assert json(response) == %{"hello" => "Ada"}
        end
      end

  ## Bindings

  There is no worker, so bindings are fakes: `put_bindings/1` sets them up for the test and everything it starts.

      setup do
        put_bindings(%{"CACHE" => ElixirWorkers.KV.Fake})
      end

      test "greets from the cache" do
        ElixirWorkers.KV.put!("CACHE", "greeting", "hi")
        assert request(MyApp, :get, "/").body == "hi"
      end
  """

  alias ElixirWorkers.{Bindings.Fake, Conn, JSON, Router, Server}

  defmodule Response do
    @moduledoc "What a request gave: status, headers in order, the body, and what was logged on the way."

    @type t :: %__MODULE__{
            status: 200..599,
            headers: [{String.t(), String.t()}],
            body: binary(),
            logs: [{ElixirWorkers.Transport.level(), String.t()}]
          }
    @enforce_keys [:status, :headers, :body, :logs]
    defstruct [:status, :headers, :body, :logs]
  end

  @typedoc """
    * `:headers` - a list or a map of headers; names are compared without case;
    * `:body` - the body;
    * `:body_stream` - an enumerable of chunks, for a path of `streamed-bodies`, instead of a body;
    * `:json` - a term to send as JSON, instead of a body;
    * `:env`, `:cf`, `:request_id` - as in `ElixirWorkers.Conn`;
    * `:environment` - `"production"` by default;
    * `:middleware` - the list that `pyproject.toml` has, which is not read here, as in `middleware/0` of a router.
  """
  @type option ::
          {:headers, Enumerable.t()}
          | {:body, iodata()}
          | {:body_stream, Enumerable.t()}
          | {:json, term()}
          | {:env, map()}
          | {:cf, map()}
          | {:request_id, String.t()}
          | {:environment, String.t()}
          | {:middleware, [ElixirWorkers.Middleware.entry()]}

  @options [
    :headers,
    :body,
    :body_stream,
    :json,
    :env,
    :cf,
    :request_id,
    :environment,
    :middleware
  ]

  @doc """
  Sends a request to an app and returns its response.

  The URL is a path, at `https://localhost`, or a whole URL.
  """
  @spec request(module(), atom() | String.t(), String.t(), [option()]) :: Response.t()
  def request(app, method, url, opts \\ []) when is_atom(app) do
    settings = opts |> Keyword.take([:middleware]) |> Map.new()
    router = Router.compile(app.__elixir_workers_app__()[:router], settings)
    tag = make_ref()
    test = self()
    Fake.put_log(&send(test, {tag, :log, :error, &1}))

    :ok =
      Server.serve(router, ElixirWorkers.Transport.Test, {build(method, url, opts), self(), tag})

    receive do
      {^tag, :response, {status, headers, body}} ->
        %Response{status: status, headers: headers, body: body, logs: flush_logs(tag)}
    end
  end

  defp flush_logs(tag) do
    receive do
      {^tag, :log, level, message} -> [{level, message} | flush_logs(tag)]
    after
      0 -> []
    end
  end

  @doc """
  Sets up fakes for the bindings of the calling process, in place of earlier ones, and returns `:ok`.

  By the name of each binding: a module that implements `ElixirWorkers.Bindings.Fake`, `{module, options}`, or a
  function of the operation and its arguments that answers `{:ok, term}` or
  `{:error, %{"code" => "failed", "message" => "why"}}`.

      iex> ElixirWorkers.Test.put_bindings(%{"CACHE" => ElixirWorkers.KV.Fake})
      iex> ElixirWorkers.KV.put!("CACHE", "greeting", "hi")
      iex> ElixirWorkers.KV.get("CACHE", "greeting")
      {:ok, "hi"}
      iex> ElixirWorkers.Test.put_bindings(%{"CACHE" => fn "get", [_key, _ttl] -> {:ok, "always"} end})
      iex> ElixirWorkers.KV.get("CACHE", "anything")
      {:ok, "always"}
  """
  @spec put_bindings(%{optional(String.t()) => module() | {module(), keyword()} | Fake.fake()}) ::
          :ok
  def put_bindings(bindings) when is_map(bindings),
    do: Fake.put(Map.new(bindings, fn {name, fake} -> {name, start_fake(fake)} end))

  defp start_fake(fake) when is_function(fake, 2), do: fake
  defp start_fake({module, options}) when is_atom(module), do: module.start(options)
  defp start_fake(module) when is_atom(module), do: module.start([])

  @doc """
  Gives an event to a module that handles one, as a worker does, and returns its answer.

  `kind` is the module of the kind, `payload` what its JavaScript makes of an event; what the handler raises is raised.

      iex> defmodule Nightly do
      ...>   @behaviour ElixirWorkers.Scheduled
      ...>   def handle_scheduled(event, context), do: send(self(), {event.scheduled_time.hour, context["env"]})
      ...> end
      iex> payload = %{"cron" => "0 3 * * *", "scheduled_time_ms" => 10_800_000}
      iex> ElixirWorkers.Test.event(ElixirWorkers.Scheduled, Nightly, payload, env: %{"KEEP" => 7})
      nil
      iex> receive do: (message -> message)
      {3, %{"KEEP" => 7}}
  """
  @spec event(module(), module(), term(),
          source: String.t(),
          env: map(),
          request_id: String.t(),
          environment: String.t()
        ) :: term()
  def event(kind, handler, payload, opts \\ []) when is_atom(kind) and is_atom(handler) do
    context = %{
      "event" => "test",
      "source" => Keyword.get(opts, :source, ""),
      "env" => Keyword.get(opts, :env, %{}),
      "request_id" => Keyword.get(opts, :request_id, "test"),
      "environment" => Keyword.get(opts, :environment, "production"),
      "transport" => nil
    }

    kind.handle_event(handler, payload, context)
  end

  @doc """
  Builds a conn, to test a middleware or a handler by itself.

      iex> ElixirWorkers.Test.conn(:post, "/echo", body: "hi")["body"]
      "hi"
  """
  @spec conn(atom() | String.t(), String.t(), [option()]) :: Conn.t()
  def conn(method \\ :get, url \\ "/", opts \\ []) do
    {head, body} = build(method, url, opts)

    case Conn.new(head, body) do
      {:ok, conn} -> conn
      {:error, _conn, reason} -> raise ArgumentError, reason
    end
  end

  @doc """
  Returns the first value of a response header, or nil; the name is compared without case.

      iex> response = %ElixirWorkers.Test.Response{status: 200, headers: [{"x-a", "1"}], body: "", logs: []}
      iex> ElixirWorkers.Test.header(response, "X-A")
      "1"
  """
  @spec header(Response.t(), String.t()) :: String.t() | nil
  def header(response, name), do: response |> headers(name) |> List.first()

  @doc """
  Returns all values of a response header.

      iex> response = %ElixirWorkers.Test.Response{status: 200, headers: [{"x-a", "1"}, {"x-a", "2"}], body: "", logs: []}
      iex> ElixirWorkers.Test.headers(response, "x-a")
      ["1", "2"]
  """
  @spec headers(Response.t(), String.t()) :: [String.t()]
  def headers(%Response{headers: headers}, name) do
    name = String.downcase(name, :ascii)
    for {^name, value} <- headers, do: value
  end

  @doc """
  Decodes the body of a response as JSON.

      iex> ElixirWorkers.Test.json(%ElixirWorkers.Test.Response{status: 200, headers: [], body: "[1]", logs: []})
      [1]
  """
  @spec json(Response.t()) :: JSON.value()
  def json(%Response{body: body}), do: JSON.decode!(body)

  defp build(method, url, opts) do
    case Keyword.keys(opts) -- @options do
      [] -> {head(method, url, opts), body(opts)}
      [unknown | _] -> raise ArgumentError, "ElixirWorkers.Test has no option #{inspect(unknown)}"
    end
  end

  defp head(method, url, opts) do
    opts
    |> Keyword.take([:body_stream])
    |> Map.new(fn {:body_stream, chunks} -> {"body_stream", chunks} end)
    |> Map.merge(%{
      "method" => method |> to_string() |> String.upcase(:ascii),
      "url" => if(String.starts_with?(url, "/"), do: "https://localhost" <> url, else: url),
      "headers" => request_headers(opts),
      "env" => Keyword.get(opts, :env, %{}),
      "cf" => Keyword.get(opts, :cf, %{}),
      "request_id" => Keyword.get(opts, :request_id, "test"),
      "environment" => Keyword.get(opts, :environment, "production")
    })
  end

  defp request_headers(opts) do
    headers =
      for {name, value} <- Keyword.get(opts, :headers, []),
          do: {name |> to_string() |> String.downcase(:ascii), value}

    if Keyword.has_key?(opts, :json) and not List.keymember?(headers, "content-type", 0),
      do: [{"content-type", "application/json"} | headers],
      else: headers
  end

  defp body(opts) do
    case Keyword.fetch(opts, :json) do
      {:ok, term} -> JSON.encode!(term)
      :error -> IO.iodata_to_binary(Keyword.get(opts, :body, ""))
    end
  end
end
