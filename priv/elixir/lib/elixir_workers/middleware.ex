defmodule ElixirWorkers.Middleware do
  @moduledoc """
  What wraps every request, 404s and failures included.

  `pyproject.toml` lists middleware by name, outermost first:

      [tool.hatch.build.targets.elixir-workers]
      middleware = [
        "security-headers",
        { use = "cors", origins = ["https://example.com"], max-age = 3600 },
        { use = "MyApp.RateLimit", per-minute = 60 },
      ]

  | name | module |
  |---|---|
  | `"cors"` | `ElixirWorkers.Middleware.CORS` |
  | `"etag"` | `ElixirWorkers.Middleware.ETag` |
  | `"parse-body"` | `ElixirWorkers.Middleware.ParseBody` |
  | `"request-logger"` | `ElixirWorkers.Middleware.RequestLogger` |
  | `"security-headers"` | `ElixirWorkers.Middleware.SecurityHeaders` |
  | `"MyApp.RateLimit"` | this module, of the application or a dependency |

  Plugins add names of their own: `elixir-workers plugins` lists all of them.

  Options reach `init/1` as a keyword list: `per-minute = 60` as `per_minute: 60`, strings as strings, tables as maps
  with string keys.

  A router may have more, inside of these, in `middleware/0`, where functions are possible too:

      def middleware do
        [
          ElixirWorkers.Middleware.SecurityHeaders,
          {ElixirWorkers.Middleware.CORS, origins: ["https://example.com"]},
          &require_token/1
        ]
      end

  An entry is a module, `{module, options}`, or a function:

  | entry | called with | goes on by |
  |---|---|---|
  | module with `call/3` | conn, options, `next` | calling `next.(conn)`, which returns the conn with the response |
  | module with `call/2` | conn, options | returning the conn; `ElixirWorkers.Conn.halt/1` ends the request |
  | function of two arguments | conn, `next` | calling `next.(conn)` |
  | function of one argument | conn | returning the conn; `ElixirWorkers.Conn.halt/1` ends the request |

  What stands behind `next.(conn)` is the half before the response is sent: the conn has status, headers and body, and
  may be given others. These halves run in the reverse order, innermost first, also when the handler raised, when there
  was no route, and when a middleware further in halted. The body of a stream, `{:stream, source}`, is written when all of
  them are done.

  If a module has `init/1`, it is called once, before the first request, with the options (`[]` without); what it
  returns is what `call` gets. That is the place to refuse wrong options.

  Without a list in the configuration, and without a `middleware/0` of the router's own, there are security headers and
  body parsing. The configuration belongs to the bundle: on ordinary Elixir, under `mix test`, there is none, and only the
  router's own list applies.
  """

  alias ElixirWorkers.{Callable, Conn, Failure}

  @typedoc "Calls everything further in, and returns the conn with the response."
  @type next :: (Conn.t() -> Conn.t())

  @typedoc "An entry of `middleware/0`."
  @type entry ::
          module() | {module(), term()} | (Conn.t(), next() -> Conn.t()) | (Conn.t() -> Conn.t())

  @typedoc "An entry made ready: what messages call it, and how it is called."
  @type compiled :: {module() | fun(), (Conn.t(), next() -> term())}

  @callback init(options :: term()) :: term()
  @callback call(Conn.t(), options :: term(), next()) :: Conn.t()
  @callback call(Conn.t(), options :: term()) :: Conn.t()
  @optional_callbacks init: 1, call: 3, call: 2

  @doc """
  Makes a list of entries ready to run.

  Raises `ArgumentError` for an entry that is none, naming it.

      iex> ElixirWorkers.Middleware.compile([:nothing])
      ** (ArgumentError) middleware :nothing: there is no such module, or it has neither call/3 nor call/2
  """
  @spec compile([entry()]) :: [compiled()]
  def compile(entries) when is_list(entries), do: Enum.map(entries, &compile_entry/1)

  def compile(other),
    do: raise(ArgumentError, "middleware/0 must return a list, got: #{inspect(other)}")

  defp compile_entry(fun) when is_function(fun, 2), do: {fun, fun}
  defp compile_entry(fun) when is_function(fun, 1), do: {fun, &step(fun.(&1), &2)}
  defp compile_entry({module, opts}) when is_atom(module), do: compile_module(module, opts)
  defp compile_entry(module) when is_atom(module), do: compile_module(module, [])

  defp compile_entry(other) do
    raise ArgumentError,
          "middleware #{inspect(other)}: expected a module, {module, options} or a function of one or two arguments"
  end

  defp compile_module(module, opts) do
    around? = Callable.exports?(module, :call, 3)

    if not (around? or Callable.exports?(module, :call, 2)) do
      raise ArgumentError,
            "middleware #{inspect(module)}: there is no such module, or it has neither call/3 nor call/2"
    end

    opts = if Callable.exports?(module, :init, 1), do: module.init(opts), else: opts

    if around?,
      do: {module, &module.call(&1, opts, &2)},
      else: {module, &step(module.call(&1, opts), &2)}
  end

  # A middleware that does not call `next` itself.
  defp step(%{"halted" => false} = conn, next), do: next.(conn)
  defp step(halted_or_wrong, _next), do: halted_or_wrong

  @doc """
  Runs a conn through compiled middleware to `handler` and back.

      iex> shout = fn conn, next -> conn |> next.() |> Map.update!("resp_body", &String.upcase/1) end
      iex> middleware = ElixirWorkers.Middleware.compile([shout])
      iex> conn = ElixirWorkers.Middleware.run(middleware, ElixirWorkers.Test.conn(), &ElixirWorkers.Conn.text(&1, "hi"))
      iex> conn["resp_body"]
      "HI"
  """
  @spec run([compiled()], Conn.t(), next()) :: Conn.t()
  def run([], conn, handler), do: handler.(conn)
  def run(_middleware, %{"halted" => true} = conn, _handler), do: conn

  def run([{entry, call} | inner], conn, handler) do
    result = call.(conn, &run(inner, &1, handler))

    if Conn.answered?(result),
      do: result,
      else: Failure.wrong_return(conn, "middleware #{inspect(entry)}", result)
  end

  @doc """
  Returns the secret that an option names, as with `{ use = "sessions", key = "SESSION_KEY" }`: options hold the name,
  requests the value.

  Raises when it has no value, and says what to do.

      iex> conn = ElixirWorkers.Test.conn(:get, "/", env: %{"SESSION_KEY" => "s3cret"})
      iex> ElixirWorkers.Middleware.secret!(conn, "SESSION_KEY")
      "s3cret"
      iex> ElixirWorkers.Middleware.secret!(ElixirWorkers.Test.conn(), "SESSION_KEY")
      ** (RuntimeError) the secret SESSION_KEY has no value: name it in `secrets` of pyproject.toml and run `wrangler secret put SESSION_KEY`
  """
  @spec secret!(Conn.t(), String.t()) :: String.t()
  def secret!(conn, name) do
    case conn["env"] do
      %{^name => value} when is_binary(value) and value != "" ->
        value

      _none ->
        raise "the secret #{name} has no value: name it in `secrets` of pyproject.toml and run `wrangler secret put #{name}`"
    end
  end

  @doc """
  Checks the options of a middleware against those that it has and returns them as a map: names that must be given, then
  defaults of others.

  Raises `ArgumentError` for an option that does not exist, and for one that must be given and is not.

      iex> ElixirWorkers.Middleware.options!([max_age: 5], [max_age: 0, origins: []], "CORS")
      %{max_age: 5, origins: []}
      iex> ElixirWorkers.Middleware.options!([origin: "x"], [origins: []], "CORS")
      ** (ArgumentError) middleware CORS has no option :origin; it has :origins

      iex> ElixirWorkers.Middleware.options!([], [:key, header: "x-api-key"], "Limit")
      ** (ArgumentError) middleware Limit needs the option :key
  """
  @spec options!(keyword(), [atom() | {atom(), term()}], String.t()) :: map()
  def options!(opts, known, name) do
    if not Keyword.keyword?(opts) do
      raise ArgumentError,
            "middleware #{name}: options must be a keyword list, got: #{inspect(opts)}"
    end

    {defaults, required} = Enum.split_with(known, &is_tuple/1)
    given = Keyword.keys(opts)
    names = required ++ Keyword.keys(defaults)

    cond do
      given -- names != [] ->
        raise ArgumentError,
              "middleware #{name} has no option #{inspect(hd(given -- names))}; " <>
                "it has #{Enum.map_join(names, ", ", &inspect/1)}"

      required -- given != [] ->
        raise ArgumentError,
              "middleware #{name} needs the option #{inspect(hd(required -- given))}"

      true ->
        Map.merge(Map.new(defaults), Map.new(opts))
    end
  end
end
