defmodule ElixirWorkers.Router do
  @moduledoc """
  `use ElixirWorkers.Router` and list the routes:

      defmodule MyApp.Router do
        use ElixirWorkers.Router

        def routes do
          [
            {:get, "/", &home/1},
            {:get, "/posts/:id", &post/2},
            {:post, "/posts", {MyApp.Posts, :create}},
            {:any, "/files/*path", fn conn -> Conn.text(conn, conn["path_params"]["path"]) end}
          ]
        end

        def home(conn), do: Conn.html(conn, "<h1>Hello</h1>")
        def post(conn, %{"id" => id}), do: Conn.json(conn, %{id: id})
      end

  ## Routes

  A route is `{method, path, handler}`; the first that matches answers.

    * The method is `:get`, `"GET"`, or any other; `:any` matches every method.
    * The path is a string or a list of segments: `"/posts/:id"` and `["posts", :id]` are the same. `:id` matches one
      segment, `*rest` (`:"*rest"` in a list) the remaining ones, joined with `/`. What they match is in
      `conn["path_params"]`, percent-decoded once, under string keys.
    * The handler is a function of the conn, a function of the conn and the path parameters, or `{module, function}`
      with one of these. It returns a conn that has a response.

  The same in words; a bare atom is a function of the router:

      routes do
        get "/", :home
        get "/posts/:id", &post/2

        scope "/admin", middleware: [&require_token/2] do
          delete "/posts/:id", {MyApp.Posts, :delete}
        end

        forward "/api", MyApp.Api.Router
      end

    * `scope`, in a list `{:scope, path, options, routes}`, puts a path before others. Its `:middleware` (see
      `ElixirWorkers.Middleware`) wraps its routes alone, inside that of the router.
    * `forward`, in a list `{:forward, path, router}`, brings in the routes of another router under a path, with the
      `middleware/0` and the `not_found/1` that it defines.
    * `match "LINK", "/a", handler` is for methods that have no word; `any` for all of them.

  A GET route also answers HEAD. OPTIONS, unless there is a route for it, is answered with `Allow`; a path that has
  routes for other methods only with 405 and `Allow`. Any other path goes to `not_found/1`, whose status is 404 unless
  it sets one.

  ## Callbacks

  `use` defines `middleware/0` (`default_middleware/0`; see `ElixirWorkers.Middleware`) and `not_found/1` (a short 404
  page); define them to have others. It also aliases `Conn`, `HTML` and `URL` of this package.
  """

  alias ElixirWorkers.{Callable, Conn, Error, Failure, Middleware, Settings}
  alias ElixirWorkers.Router.{Block, Pattern}

  @typedoc "See \"Routes\"."
  @type route ::
          {atom() | String.t(), path(), handler()}
          | {:scope, path(), [middleware: [Middleware.entry()]], [route()]}
          | {:forward, path(), module()}

  @type path :: String.t() | [String.t() | atom()]

  @typedoc "See \"Routes\"."
  @type handler ::
          (Conn.t() -> Conn.t()) | (Conn.t(), Pattern.params() -> Conn.t()) | {module(), atom()}

  @typedoc """
  A router made ready to serve: routes checked, paths parsed, middleware initialised. `not_found` are those of
  forwarded routers and, last, its own, by the paths they are for.
  """
  @type compiled :: %{
          routes: [compiled_route()],
          middleware: [Middleware.compiled()],
          not_found: [{Pattern.t(), (Conn.t() -> term())}]
        }

  @typedoc "Method (`nil` for any), pattern, handler, and the name for messages: `\"GET /posts/:id\"`."
  @type compiled_route ::
          {String.t() | nil, Pattern.t(), (Conn.t() -> term()), name :: String.t()}

  @callback routes() :: [route()]
  @callback middleware() :: [Middleware.entry()]
  @callback not_found(Conn.t()) :: Conn.t()

  @doc false
  defmacro __using__(opts) do
    if opts != [],
      do:
        raise(
          ArgumentError,
          "use ElixirWorkers.Router takes no options, got: #{Macro.to_string(opts)}"
        )

    quote do
      @behaviour ElixirWorkers.Router
      import ElixirWorkers.Router, only: [routes: 1]
      alias ElixirWorkers.{Conn, HTML, URL}, warn: false

      @doc false
      @impl ElixirWorkers.Router
      def middleware, do: ElixirWorkers.Router.default_middleware()

      @doc false
      @impl ElixirWorkers.Router
      def not_found(conn), do: ElixirWorkers.Error.reply(conn, 404)

      defoverridable middleware: 0, not_found: 1
    end
  end

  @doc """
  Defines `routes/0` by a block; see "Routes".
  """
  defmacro routes(do: block) do
    list = Block.to_list(block, __CALLER__)

    quote do
      @impl ElixirWorkers.Router
      def routes, do: unquote(list)
    end
  end

  @doc """
  Returns the middleware of a router that does not define `middleware/0`: none when the configuration lists some.

      iex> ElixirWorkers.Router.default_middleware()
      [ElixirWorkers.Middleware.SecurityHeaders, ElixirWorkers.Middleware.ParseBody]
      iex> ElixirWorkers.Router.default_middleware(%{middleware: []})
      []
  """
  @spec default_middleware(Settings.t()) :: [Middleware.entry()]
  def default_middleware(settings \\ Settings.read())
  def default_middleware(%{middleware: _configured}), do: []

  def default_middleware(_settings),
    do: [ElixirWorkers.Middleware.SecurityHeaders, ElixirWorkers.Middleware.ParseBody]

  @doc """
  Makes a router ready to serve: the middleware of the configuration first, the router's own inside.

  Raises `ArgumentError` for a route or a middleware that is none, naming it.
  """
  @spec compile(module(), Settings.t()) :: compiled()
  def compile(router, settings \\ Settings.read()) when is_atom(router) do
    if not Callable.exports?(router, :routes, 0) do
      raise ArgumentError,
            "#{inspect(router)} is not a router: it needs use ElixirWorkers.Router and a function routes/0"
    end

    middleware =
      Middleware.compile(Map.get(settings, :middleware, [])) ++
        Middleware.compile(own_middleware(router, settings))

    {routes, not_found} = compile_routes(router.routes(), {:router, router})

    %{
      routes: routes,
      middleware: middleware,
      not_found: not_found ++ [{[{:rest, "*"}], &router.not_found/1}]
    }
  end

  # A router without a list of its own has the defaults that go with these settings.
  defp own_middleware(router, settings) do
    own = router.middleware()
    if own == default_middleware(), do: default_middleware(settings), else: own
  end

  # {routes, what answers for paths of forwarded routers that have no route}
  defp compile_routes(routes, _whose) when is_list(routes) do
    {compiled, not_found} = routes |> Enum.map(&compile_entry/1) |> Enum.unzip()
    {Enum.concat(compiled), Enum.concat(not_found)}
  end

  defp compile_routes(other, whose),
    do: raise(ArgumentError, "#{routes_of(whose)} must return a list, got: #{inspect(other)}")

  defp routes_of({:router, router}), do: "#{inspect(router)}.routes/0"
  defp routes_of({:scope, path}), do: "the routes of scope #{inspect(path)}"

  defp compile_entry({:scope, path, opts, routes}) do
    {routes, not_found} = compile_routes(routes, {:scope, path})
    below(Pattern.parse(path), scope_middleware(opts, path), routes, not_found)
  end

  defp compile_entry({:forward, path, router}) when is_atom(router) do
    compiled = compile(router, %{middleware: []})
    below(Pattern.parse(path), forwarded_middleware(router), compiled.routes, compiled.not_found)
  end

  defp compile_entry(route), do: {[compile_route(route)], []}

  # What the configuration lists wraps the outer router already, and so do the defaults.
  defp forwarded_middleware(router) do
    own = router.middleware()
    if own == default_middleware(), do: [], else: Middleware.compile(own)
  end

  defp scope_middleware(opts, path) do
    case Keyword.keyword?(opts) && Keyword.keys(opts) -- [:middleware] do
      [] ->
        Middleware.compile(Keyword.get(opts, :middleware, []))

      _wrong ->
        raise ArgumentError,
              "scope #{inspect(path)} has one option, :middleware, got: #{inspect(opts)}"
    end
  end

  defp below(prefix, middleware, routes, not_found) do
    routes =
      for {method, pattern, handler, _name} <- routes do
        pattern = Pattern.join(prefix, pattern)
        name = route_name(method, pattern)
        {method, pattern, wrap(middleware, "route " <> name, handler), name}
      end

    not_found =
      for {pattern, handler} <- not_found,
          do: {Pattern.join(prefix, pattern), wrap(middleware, "not_found/1", handler)}

    {routes, not_found}
  end

  defp wrap([], _name, handler), do: handler

  defp wrap(middleware, name, handler),
    do: fn conn -> Middleware.run(middleware, conn, &invoke(handler, name, &1)) end

  defp route_name(method, pattern), do: (method || "ANY") <> " " <> Pattern.to_string(pattern)

  @doc """
  Checks a route and makes it ready to match.

      iex> {"GET", ["posts", {:param, "id"}], handler, "GET /posts/:id"} =
      ...>   ElixirWorkers.Router.compile_route({:get, "/posts/:id", fn conn, %{"id" => _id} -> conn end})
      iex> is_function(handler, 1)
      true
      iex> ElixirWorkers.Router.compile_route({:get, "/"})
      ** (ArgumentError) a route must be {method, path, handler}, got: {:get, "/"}
  """
  @spec compile_route(route()) :: compiled_route()
  def compile_route({method, path, handler} = route) do
    method = compile_method(method, route)
    pattern = Pattern.parse(path)
    name = route_name(method, pattern)
    {method, pattern, compile_handler(handler, name), name}
  end

  def compile_route(other),
    do: raise(ArgumentError, "a route must be {method, path, handler}, got: #{inspect(other)}")

  defp compile_method(any, _route) when any in [:any, :*, "*"], do: nil

  defp compile_method(method, route) when is_atom(method) and method not in [nil, true, false],
    do: compile_method(Atom.to_string(method), route)

  defp compile_method(method, route) when is_binary(method) do
    if ElixirWorkers.Header.token?(method),
      do: String.upcase(method, :ascii),
      else: wrong_method(route)
  end

  defp compile_method(_other, route), do: wrong_method(route)

  defp wrong_method(route),
    do:
      raise(
        ArgumentError,
        "the method of a route must be such as :get or \"GET\", in: #{inspect(route)}"
      )

  defp compile_handler(fun, _name) when is_function(fun, 1), do: fun

  defp compile_handler(fun, _name) when is_function(fun, 2),
    do: fn conn -> fun.(conn, conn["path_params"]) end

  defp compile_handler({module, function}, name) when is_atom(module) and is_atom(function) do
    cond do
      Callable.exports?(module, function, 2) ->
        fn conn -> apply(module, function, [conn, conn["path_params"]]) end

      Callable.exports?(module, function, 1) ->
        fn conn -> apply(module, function, [conn]) end

      true ->
        raise ArgumentError,
              "route #{name}: there is neither #{inspect(module)}.#{function}/1 nor #{inspect(module)}.#{function}/2"
    end
  end

  defp compile_handler(other, name) do
    raise ArgumentError,
          "route #{name}: the handler must be a function of one or two arguments or {module, function}, " <>
            "got: #{inspect(other)}"
  end

  @doc """
  Runs a conn through the middleware to its route.
  """
  @spec call(compiled(), Conn.t()) :: Conn.t()
  def call(router, conn), do: Middleware.run(router.middleware, conn, &dispatch(router, &1))

  defp dispatch(_router, %{"invalid" => reason} = conn), do: Error.reply(conn, 400, reason)

  defp dispatch(router, %{"method" => method, "path_segments" => segments} = conn) do
    case match(router.routes, method, segments) do
      {:ok, handler, name, params} ->
        invoke(handler, "route " <> name, %{conn | "path_params" => params})

      {:other_methods, allow} ->
        refuse_method(Conn.put_resp_header(conn, "allow", Enum.join(allow, ", ")))

      :not_found ->
        invoke(
          not_found(router, segments),
          "not_found/1",
          Conn.put_status(conn, 404)
        )
    end
  end

  # The last pattern matches every path.
  defp not_found(router, segments) do
    {_pattern, handler} =
      Enum.find(router.not_found, fn {pattern, _handler} ->
        Pattern.match(pattern, segments) != :nomatch
      end)

    handler
  end

  defp refuse_method(%{"method" => "OPTIONS"} = conn), do: Conn.no_content(conn)
  defp refuse_method(conn), do: Error.reply(conn, 405)

  # A failure ends here and not further out, so that its reply passes the middleware like any other.
  defp invoke(handler, name, conn) do
    try do
      handler.(conn)
    catch
      kind, reason -> Failure.reply(conn, name, kind, reason, __STACKTRACE__)
    else
      result ->
        if Conn.answered?(result), do: result, else: Failure.wrong_return(conn, name, result)
    end
  end

  @doc """
  Finds the route of a method and a path.

      iex> routes = [ElixirWorkers.Router.compile_route({:get, "/posts/:id", &ElixirWorkers.Conn.no_content/1})]
      iex> {:ok, _handler, "GET /posts/:id", params} = ElixirWorkers.Router.match(routes, "HEAD", ["posts", "7"])
      iex> params
      %{"id" => "7"}
      iex> ElixirWorkers.Router.match(routes, "PUT", ["posts", "7"])
      {:other_methods, ["GET", "HEAD", "OPTIONS"]}
      iex> ElixirWorkers.Router.match(routes, "GET", [])
      :not_found
  """
  @spec match([compiled_route()], String.t(), [String.t()]) ::
          {:ok, (Conn.t() -> term()), name :: String.t(), Pattern.params()}
          | {:other_methods, allow :: [String.t()]}
          | :not_found
  def match(routes, method, segments) do
    with :none <- find(routes, method, segments),
         :none <- find_for_head(routes, method, segments) do
      case allowed_methods(routes, segments) do
        [] -> :not_found
        methods -> {:other_methods, methods}
      end
    end
  end

  defp find([{method, pattern, handler, name} | routes], wanted, segments)
       when method == wanted or method == nil do
    case Pattern.match(pattern, segments) do
      {:ok, params} -> {:ok, handler, name, params}
      :nomatch -> find(routes, wanted, segments)
    end
  end

  defp find([_other_method | routes], wanted, segments), do: find(routes, wanted, segments)
  defp find([], _wanted, _segments), do: :none

  defp find_for_head(routes, "HEAD", segments), do: find(routes, "GET", segments)
  defp find_for_head(_routes, _method, _segments), do: :none

  defp allowed_methods(routes, segments) do
    case for {method, pattern, _, _} <- routes,
             Pattern.match(pattern, segments) != :nomatch,
             do: method do
      [] -> []
      methods -> Enum.sort(Enum.uniq(implied(methods) ++ methods))
    end
  end

  defp implied(methods), do: if("GET" in methods, do: ["HEAD", "OPTIONS"], else: ["OPTIONS"])
end
