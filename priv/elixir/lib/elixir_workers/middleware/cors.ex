defmodule ElixirWorkers.Middleware.CORS do
  @moduledoc """
  Lets pages of other origins read the replies (Fetch standard, "CORS protocol").

      {ElixirWorkers.Middleware.CORS, origins: ["https://example.com"], credentials: true}

  ## Options

    * `:origins` - a list of exact origins, required. `["*"]` stands for every origin and must be written out;
    * `:methods` - methods a preflight allows: GET, HEAD, POST, PUT, PATCH and DELETE;
    * `:headers` - request headers a preflight allows: `["content-type"]`;
    * `:expose` - response headers a page may read: none;
    * `:credentials` - whether cookies may be sent: false. Not together with `"*"`;
    * `:max_age` - seconds a browser may remember a preflight: 600.

  Every reply gets `Vary: Origin`, also those to other origins, so that caches keep them apart.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Header, Middleware}

  @defaults [
    origins: [],
    methods: ~w(GET HEAD POST PUT PATCH DELETE),
    headers: ["content-type"],
    expose: [],
    credentials: false,
    max_age: 600
  ]

  @impl true
  def init(opts) do
    opts = Middleware.options!(opts, @defaults, "CORS")
    for key <- [:origins, :methods, :headers, :expose], do: strings!(key, opts[key])
    check_origins!(opts)
    opts
  end

  defp strings!(key, list) do
    if not (is_list(list) and Enum.all?(list, &is_binary/1)) do
      raise ArgumentError,
            "middleware CORS: #{inspect(key)} must be a list of strings, got: #{inspect(list)}"
    end

    Enum.each(list, &Header.value!(Atom.to_string(key), &1))
  end

  defp check_origins!(%{origins: []}),
    do: raise(ArgumentError, ~s(middleware CORS needs :origins, such as ["https://example.com"]))

  defp check_origins!(%{origins: origins, credentials: credentials}) do
    if credentials and "*" in origins do
      raise ArgumentError,
            ~s(middleware CORS: "*" and credentials: true exclude each other, list the origins)
    end
  end

  @impl true
  def call(conn, opts, next) do
    allowed = allowed_origin(conn["headers"]["origin"], opts.origins)

    if preflight?(conn),
      do: conn |> Conn.no_content() |> put_origin(allowed, opts) |> put_preflight(allowed, opts),
      else: conn |> next.() |> put_origin(allowed, opts) |> put_expose(allowed, opts)
  end

  defp preflight?(%{"method" => "OPTIONS", "headers" => headers}),
    do: is_map_key(headers, "origin") and is_map_key(headers, "access-control-request-method")

  defp preflight?(_conn), do: false

  defp allowed_origin(nil, _origins), do: nil

  defp allowed_origin(origin, origins) do
    cond do
      "*" in origins -> "*"
      origin in origins -> origin
      true -> nil
    end
  end

  defp put_origin(conn, nil, _opts), do: Conn.add_vary(conn, "Origin")

  defp put_origin(conn, allowed, opts) do
    conn
    |> Conn.add_vary("Origin")
    |> Conn.put_resp_header("access-control-allow-origin", allowed)
    |> put_if(opts.credentials, "access-control-allow-credentials", "true")
  end

  defp put_expose(conn, allowed, opts) do
    put_if(
      conn,
      allowed != nil and opts.expose != [],
      "access-control-expose-headers",
      Enum.join(opts.expose, ", ")
    )
  end

  defp put_preflight(conn, allowed, opts) do
    conn
    |> Conn.add_vary("Access-Control-Request-Method")
    |> Conn.add_vary("Access-Control-Request-Headers")
    |> put_if(allowed != nil, "access-control-allow-methods", Enum.join(opts.methods, ", "))
    |> put_if(
      allowed != nil and opts.headers != [],
      "access-control-allow-headers",
      Enum.join(opts.headers, ", ")
    )
    |> put_if(allowed != nil, "access-control-max-age", Integer.to_string(opts.max_age))
  end

  defp put_if(conn, true, name, value), do: Conn.put_resp_header(conn, name, value)
  defp put_if(conn, false, _name, _value), do: conn
end
