defmodule ElixirWorkers.Sessions do
  @moduledoc """
  What is remembered of a visitor from one request to the next, in a cookie that only this application can make.

      middleware = ["security-headers", "parse-body", { use = "sessions", secrets = ["SESSION_SECRET"] }, "csrf"]

      conn |> Sessions.renew() |> Sessions.put("user", user.id) |> Conn.redirect("/", 303)

      case Sessions.get(conn, "user") do
        nil -> Conn.redirect(conn, "/login", 303)
        id -> Conn.html(conn, Page.render(Users.get(id)))
      end

  Keys are strings. Values are those of JSON: nil, booleans, numbers, strings of UTF-8, lists, and maps with string keys;
  they come back as they went in, and opening a cookie can make neither atoms nor funs. All of it must fit into a cookie.

  Functions that change the session return a new conn, and the conn that the handler returns is the one that counts.

  The session lives in the browser: what was taken from there can be sent again until it expires, also after
  `clear/1` on the server. What must end at once, such as an account that is locked, belongs into a database.
  """

  alias ElixirWorkers.{Conn, HTML}
  alias ElixirWorkers.Sessions.{Seal, Session}

  @token_bytes 18

  @typedoc "A value of JSON."
  @type value ::
          nil
          | boolean()
          | number()
          | String.t()
          | [value()]
          | %{optional(String.t()) => value()}

  @doc """
  Returns the value of a key, or the default.
  """
  @spec get(Conn.t(), String.t(), default) :: value() | default when default: term()
  def get(conn, key, default \\ nil) when is_binary(key),
    do: Map.get(fetch!(conn).data, key, default)

  @doc """
  Returns all keys with their values.
  """
  @spec all(Conn.t()) :: %{optional(String.t()) => value()}
  def all(conn), do: fetch!(conn).data

  @doc """
  Sets the value of a key. Raises `ArgumentError` for a value that JSON does not have.
  """
  @spec put(Conn.t(), String.t(), value()) :: Conn.t()
  def put(conn, key, value) when is_binary(key) do
    value = Session.value!(key, value)
    change(conn, &%{&1 | data: Map.put(&1.data, key, value)})
  end

  @doc """
  Removes a key.
  """
  @spec delete(Conn.t(), String.t()) :: Conn.t()
  def delete(conn, key) when is_binary(key),
    do: change(conn, &%{&1 | data: Map.delete(&1.data, key)})

  @doc """
  Forgets everything: data, flash messages and the CSRF token. The browser is told to drop the cookie.
  """
  @spec clear(Conn.t()) :: Conn.t()
  def clear(conn), do: change(conn, fn _session -> %Session{} end)

  @doc """
  Keeps the data, and gives the session a new life and a new CSRF token: for when somebody logs in, so that forms of the
  time before are worth nothing.
  """
  @spec renew(Conn.t()) :: Conn.t()
  def renew(conn), do: change(conn, &%{&1 | csrf: nil, renewed: true})

  @doc """
  Keeps a message for the page that is shown next. Raises `ArgumentError` for a value that JSON does not have.
  """
  @spec put_flash(Conn.t(), String.t(), value()) :: Conn.t()
  def put_flash(conn, key, message) when is_binary(key) do
    message = Session.value!(key, message)
    change(conn, &%{&1 | flash: Map.put(&1.flash, key, message)})
  end

  @doc """
  Returns the messages and forgets them.

      {conn, flash} = Sessions.pop_flash(conn)
      Conn.html(conn, Page.render(flash["notice"]))
  """
  @spec pop_flash(Conn.t()) :: {Conn.t(), %{optional(String.t()) => value()}}
  def pop_flash(conn) do
    flash = fetch!(conn).flash
    if flash == %{}, do: {conn, flash}, else: {change(conn, &%{&1 | flash: %{}}), flash}
  end

  @doc """
  Returns the token that `ElixirWorkers.Sessions.CSRF` asks for: in the field `_csrf_token` of a form, or in the header
  `x-csrf-token`.

  It looks different each time, so that compressed pages do not give it away, and is valid as long as the session.
  """
  @spec csrf_token(Conn.t()) :: {Conn.t(), String.t()}
  def csrf_token(conn) do
    conn = if fetch!(conn).csrf == nil, do: change(conn, &%{&1 | csrf: new_token()}), else: conn
    {:ok, token} = Base.url_decode64(fetch!(conn).csrf)
    mask = :crypto.strong_rand_bytes(@token_bytes)
    {conn, Base.url_encode64(mask <> :crypto.exor(mask, token))}
  end

  defp new_token, do: @token_bytes |> :crypto.strong_rand_bytes() |> Base.url_encode64()

  @doc """
  Returns the hidden field of a form that holds the token.
  """
  @spec csrf_field(Conn.t()) :: {Conn.t(), HTML.safe()}
  def csrf_field(conn) do
    {conn, token} = csrf_token(conn)
    {conn, HTML.tag("input", [type: "hidden", name: "_csrf_token", value: token], [])}
  end

  @doc """
  Tells whether a token is one of this session.
  """
  @spec csrf_token?(Conn.t(), term()) :: boolean()
  def csrf_token?(conn, token) when is_binary(token) do
    with stored when is_binary(stored) <- fetch!(conn).csrf,
         {:ok, stored} <- Base.url_decode64(stored),
         {:ok, <<mask::binary-size(@token_bytes), masked::binary-size(@token_bytes)>>} <-
           Base.url_decode64(token) do
      Seal.equal?(:crypto.exor(mask, masked), stored)
    else
      _none -> false
    end
  end

  def csrf_token?(_conn, _token), do: false

  defp fetch!(%{"assigns" => %{__MODULE__ => session}}), do: session

  defp fetch!(_conn) do
    raise "there is no session here: name the middleware in pyproject.toml, " <>
            ~s|middleware = [{ use = "sessions", secrets = ["SESSION_SECRET"] }]|
  end

  defp change(conn, change), do: Conn.assign(conn, __MODULE__, change.(fetch!(conn)))
end
