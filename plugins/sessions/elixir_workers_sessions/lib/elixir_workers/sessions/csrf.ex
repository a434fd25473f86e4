defmodule ElixirWorkers.Sessions.CSRF do
  @moduledoc """
  Asks requests that change something for the token of their session, which no other site can know: POST, PUT, PATCH,
  DELETE, and whatever is not GET, HEAD, OPTIONS or TRACE. Without it they are answered with 403, and no handler runs.

      middleware = ["parse-body", { use = "sessions", secrets = ["SESSION_SECRET"] }, { use = "csrf", except = ["/api/"] }]

  It stands behind `parse-body` and `sessions`. The token of `ElixirWorkers.Sessions.csrf_token/1` comes in the field
  `_csrf_token` of a form, or in the header `x-csrf-token`.

  ## Options

    * `:except` - beginnings of paths that need no token, for interfaces that do not go by cookies: `["/api/"]`.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Error, Middleware, Sessions}

  # RFC 9110 §9.2.1
  @safe ~w(GET HEAD OPTIONS TRACE)

  @impl true
  def init(opts) do
    opts = Middleware.options!(opts, [except: []], "CSRF")

    Map.update!(opts, :except, fn paths -> Enum.map(paths, &String.split(&1, "/", trim: true)) end)
  end

  @impl true
  def call(%{"method" => method} = conn, _opts) when method in @safe, do: conn

  def call(conn, %{except: except}) do
    if excepted?(conn, except) or Enum.any?(tokens(conn), &Sessions.csrf_token?(conn, &1)),
      do: conn,
      else:
        conn |> Error.reply(403, "the CSRF token is missing or of another session") |> Conn.halt()
  end

  # By segments, as the router sees them: `/api%2Fx` is not below `/api/`.
  defp excepted?(conn, except),
    do: Enum.any?(except, &List.starts_with?(conn["path_segments"], &1))

  defp tokens(conn) do
    field =
      with %{"_csrf_token" => token} <- conn["parsed_body"], do: [token], else: (_none -> [])

    field ++ Conn.get_req_header(conn, "x-csrf-token")
  end
end
