defmodule ElixirWorkers.Sessions.Test do
  @moduledoc """
  Sessions under `mix test`, where `pyproject.toml` is not read: requests name the middleware themselves.

      @sessions {ElixirWorkers.Sessions.Middleware, secrets: ["SESSION_SECRET"]}
      @stack [middleware: [ElixirWorkers.Middleware.ParseBody, @sessions], env: Sessions.Test.env()]

      test "who is logged in is greeted" do
        headers = [Sessions.Test.cookie(%{"user" => "ada"}, elem(@sessions, 1))]
        response = request(MyApp, :get, "/", [headers: headers] ++ @stack)
        assert response.body =~ "ada"
      end
  """

  alias ElixirWorkers.Conn.Cookie
  alias ElixirWorkers.Sessions.{Middleware, Seal, Session}

  @secret "0123456789abcdef0123456789abcdef"

  @doc """
  Values of secrets that are good enough for tests.
  """
  @spec env([String.t()]) :: %{optional(String.t()) => String.t()}
  def env(names \\ ["SESSION_SECRET"]), do: Map.new(names, &{&1, &1 <> @secret})

  @doc """
  The header of a request that brings a session with this data; `opts` are those of the middleware.
  """
  @spec cookie(map(), keyword()) :: {String.t(), String.t()}
  def cookie(data, opts) do
    middleware = Middleware.init(opts)
    expires_s = middleware.clock.() + middleware.max_age
    bytes = Session.to_bytes(%Session{data: data}, expires_s)
    sealed = Seal.seal(bytes, middleware.protection, secret(middleware), middleware.cookie)
    {"cookie", middleware.cookie <> "=" <> sealed}
  end

  defp secret(%{secrets: [name | _older]}), do: Map.fetch!(env([name]), name)

  @doc """
  The data of the session that a response sets; nil when it sets none, and `:cleared` when it takes it away.
  """
  @spec session(ElixirWorkers.Test.Response.t(), keyword()) :: map() | :cleared | nil
  def session(response, opts) do
    middleware = Middleware.init(opts)

    with value when is_binary(value) <- set_cookie(response, middleware.cookie),
         do: open(value, secret(middleware), middleware)
  end

  defp open("", _secret, _middleware), do: :cleared

  defp open(value, secret, middleware) do
    {:ok, bytes} = Seal.open(value, middleware.protection, secret, middleware.cookie)
    {:ok, session} = Session.from_bytes(bytes, middleware.clock.())
    session.data
  end

  @doc """
  The header of a request that brings back the cookies that a response has set.
  """
  @spec cookies_of(ElixirWorkers.Test.Response.t()) :: {String.t(), String.t()}
  def cookies_of(response) do
    pairs =
      for field <- ElixirWorkers.Test.headers(response, "set-cookie"),
          do: hd(String.split(field, ";"))

    {"cookie", Enum.join(pairs, "; ")}
  end

  defp set_cookie(response, name) do
    {"cookie", cookies} = cookies_of(response)
    Map.get(Cookie.parse(cookies), name)
  end
end
