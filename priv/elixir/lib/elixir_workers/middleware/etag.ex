defmodule ElixirWorkers.Middleware.ETag do
  @moduledoc """
  Answers `304 Not Modified` when the client has the response already (RFC 9110 §13).

  A 200 to GET or HEAD without an `ETag` gets one made from its body. `If-None-Match` is compared with it, or, without that
  header, `If-Modified-Since` with the `Last-Modified` that a handler has set. The handler runs either way: what is saved is
  the body on its way.

      {ElixirWorkers.Middleware.ETag, weak: true}

  ## Options

    * `:weak` - whether the tags made here are weak, `W/"…"`, as behind a proxy that compresses: false.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Header, Middleware}

  # RFC 9110 §15.4.5: what a 304 must repeat of the 200. Everything else that describes the body goes.
  @of_the_body ~w(content-type content-length content-encoding content-language content-range last-modified)

  @impl true
  def init(opts), do: Middleware.options!(opts, [weak: false], "ETag")

  @impl true
  def call(%{"method" => method} = conn, opts, next) when method in ["GET", "HEAD"] do
    answered = next.(conn)

    # The tag of a stream is known when it is gone.
    if answered["status"] == 200 and not is_tuple(answered["resp_body"]),
      do: answered |> put_etag(opts) |> compare(conn["headers"]),
      else: answered
  end

  def call(conn, _opts, next), do: next.(conn)

  defp put_etag(conn, opts) do
    if Conn.get_resp_header(conn, "etag") == [],
      do: Conn.put_resp_header(conn, "etag", etag(conn["resp_body"], opts)),
      else: conn
  end

  @doc """
  The tag of a body.

      iex> ElixirWorkers.Middleware.ETag.etag("hello", %{weak: false})
      ~s("XUFAKrxLKna5cZ2REBfFkg")
  """
  @spec etag(iodata(), %{weak: boolean()}) :: String.t()
  def etag(body, opts) do
    digest = body |> :erlang.md5() |> Base.url_encode64(padding: false)
    if opts.weak, do: ~s(W/"#{digest}"), else: ~s("#{digest}")
  end

  defp compare(conn, %{"if-none-match" => tags}) do
    [own] = Conn.get_resp_header(conn, "etag")
    if none_match?(tags, own), do: conn, else: not_modified(conn)
  end

  defp compare(conn, %{"if-modified-since" => since}) do
    case Conn.get_resp_header(conn, "last-modified") do
      # Clients send back the text that they got; a date that is another is another version.
      [^since] -> not_modified(conn)
      _other -> conn
    end
  end

  defp compare(conn, _headers), do: conn

  # RFC 9110 §13.1.2: weak comparison.
  defp none_match?(tags, own) do
    tags = tags |> Header.split() |> Enum.map(&strong/1)
    "*" not in tags and strong(own) not in tags
  end

  defp strong("W/" <> tag), do: tag
  defp strong(tag), do: tag

  defp not_modified(conn) do
    kept = Enum.reject(conn["resp_headers"], fn {name, _value} -> name in @of_the_body end)
    %{conn | "status" => 304, "resp_body" => "", "resp_headers" => kept}
  end
end
