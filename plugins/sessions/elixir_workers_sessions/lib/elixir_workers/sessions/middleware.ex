defmodule ElixirWorkers.Sessions.Middleware do
  @moduledoc """
  Opens the session of a request and seals that of its response; `ElixirWorkers.Sessions` works with it.

  ## Options

    * `:secrets` - names of secrets, each with a value of at least 32 bytes. The first seals, all of them open: to replace a
      secret, put the new one first, and take the old one away when `:max_age` has passed. Required.
    * `:cookie` - its name, `"__Host-session"`; `"session"` when `:secure` is false, or with a `:domain` or another `:path`.
    * `:protection` - `:encrypted` (AES-256-GCM), or `:signed` (HMAC-SHA256): the browser can read, and not change.
    * `:max_age` - seconds that a session lives after its last change, 14 days.
    * `:path`, `:domain`, `:secure`, `:same_site` - attributes of the cookie: `"/"`, none, true, `:lax`. It is always
      `HttpOnly`. `secure: false` is for development without https.

  A cookie that was forged, cut, sealed with a secret that is not listed, or that has expired, is no session, as if there
  were no cookie. One of more than 4096 bytes, which browsers drop, is an error that names the largest part.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Middleware, Sessions}
  alias ElixirWorkers.Sessions.{Seal, Session}

  @defaults [
    secrets: [],
    cookie: nil,
    protection: :encrypted,
    max_age: 14 * 24 * 3600,
    path: "/",
    domain: nil,
    secure: true,
    same_site: :lax,
    clock: nil
  ]

  @same_site %{lax: "Lax", strict: "Strict", none: "None"}
  @min_secret_bytes 32
  # RFC 6265 §6.1: of the name, the value and the attributes.
  @max_cookie_bytes 4096

  @impl true
  def init(opts) do
    opts = Middleware.options!(opts, @defaults, "Sessions")

    if opts.secrets == [] or not Enum.all?(opts.secrets, &is_binary/1),
      do: refuse!("needs :secrets, a list of names of secrets")

    if opts.protection not in [:encrypted, :signed],
      do: refuse!(":protection must be :encrypted or :signed")

    if not (is_integer(opts.max_age) and opts.max_age > 0),
      do: refuse!(":max_age must be seconds, at least 1")

    if not is_map_key(@same_site, opts.same_site),
      do: refuse!(":same_site must be :lax, :strict or :none")

    opts
    |> Map.update!(:cookie, &(&1 || default_name(opts)))
    |> Map.update!(:clock, &(&1 || fn -> System.os_time(:second) end))
  end

  # The prefix lets no other host and no request without https set it (RFC 6265bis §4.1.3.2).
  defp default_name(%{secure: true, domain: nil, path: "/"}), do: "__Host-session"
  defp default_name(_opts), do: "session"

  defp refuse!(what), do: raise(ArgumentError, "middleware Sessions " <> what)

  @impl true
  def call(conn, opts, next) do
    session = open(conn, opts)
    conn |> Conn.assign(Sessions, session) |> next.() |> seal(session, conn, opts)
  end

  defp open(conn, opts) do
    with {:ok, sealed} <- Map.fetch(Conn.req_cookies(conn), opts.cookie),
         {:ok, bytes} <- open_with(opts.secrets, sealed, conn, opts),
         {:ok, session} <- Session.from_bytes(bytes, opts.clock.()) do
      session
    else
      _none -> %Session{}
    end
  end

  defp open_with([], _sealed, _conn, _opts), do: :error

  defp open_with([name | older], sealed, conn, opts) do
    with :error <- Seal.open(sealed, opts.protection, secret!(conn, name), opts.cookie),
         do: open_with(older, sealed, conn, opts)
  end

  defp secret!(conn, name) do
    secret = Middleware.secret!(conn, name)

    if byte_size(secret) < @min_secret_bytes do
      raise "the secret #{name} must have at least #{@min_secret_bytes} bytes, this one has #{byte_size(secret)}: " <>
              "`openssl rand -base64 48` makes one"
    end

    secret
  end

  # What the handler has returned counts, if it has returned the conn that it got.
  defp seal(%{"assigns" => %{Sessions => session}} = answered, opened, conn, opts) do
    cond do
      session == opened -> answered
      Session.empty?(session) -> delete(answered, conn, opts)
      true -> put(answered, session, conn, opts)
    end
  end

  defp seal(answered, _opened, _conn, _opts), do: answered

  defp delete(answered, conn, opts) do
    if is_map_key(Conn.req_cookies(conn), opts.cookie),
      do: answered |> Conn.delete_resp_cookie(opts.cookie, attributes(opts)) |> keep_private(),
      else: answered
  end

  defp put(answered, session, conn, opts) do
    bytes = Session.to_bytes(session, opts.clock.() + opts.max_age)
    value = Seal.seal(bytes, opts.protection, secret!(conn, hd(opts.secrets)), opts.cookie)
    answered = put_cookie(answered, value, opts)
    check_size!(answered, session)
    keep_private(answered)
  end

  defp put_cookie(answered, value, opts),
    do:
      Conn.put_resp_cookie(
        answered,
        opts.cookie,
        value,
        [max_age: opts.max_age] ++ attributes(opts)
      )

  defp attributes(opts) do
    [
      path: opts.path,
      domain: opts.domain,
      secure: opts.secure,
      http_only: true,
      same_site: Map.fetch!(@same_site, opts.same_site)
    ]
  end

  defp check_size!(answered, session) do
    size = answered |> Conn.get_resp_header("set-cookie") |> List.last() |> byte_size()

    if size > @max_cookie_bytes do
      {key, bytes} = session.data |> Map.merge(session.flash) |> largest()

      raise ArgumentError,
            "the session is a cookie of #{size} bytes, and browsers keep at most #{@max_cookie_bytes}: " <>
              "keep less in it; the largest part, #{inspect(key)}, has #{bytes} bytes"
    end
  end

  defp largest(parts) do
    parts
    |> Enum.map(fn {key, value} -> {key, byte_size(ElixirWorkers.JSON.encode!(value))} end)
    |> Enum.max_by(&elem(&1, 1))
  end

  # A shared cache must not give somebody's session to others.
  defp keep_private(answered), do: Conn.put_new_resp_header(answered, "cache-control", "private")
end
