defmodule ElixirWorkers.Middleware.ETag do
  @moduledoc """
  Answers `304 Not Modified` when the client has the response already (RFC 9110 §13).

  A 200 to GET or HEAD without an `ETag` gets one made from its body. It is compared with `If-None-Match` and `If-Match`, and
  the `Last-Modified` that a handler has set with dates, in the order of §13.2.2. The handler runs either way: what is saved is
  the body on its way. `ElixirWorkers.Conn.conditional/3` is for handlers that know before, and for requests that change
  something.

      {ElixirWorkers.Middleware.ETag, weak: true}

  ## Options

    * `:weak` - whether the tags made here are weak, `W/"…"`, as behind a proxy that compresses: false.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Error, HTTPDate, Middleware, Preconditions}

  # What an answer without it must not say.
  @of_the_representation ~w(etag last-modified cache-control expires content-length content-encoding content-language
                            content-range content-disposition)

  @impl true
  def init(opts), do: Middleware.options!(opts, [weak: false], "ETag")

  @impl true
  def call(%{"method" => method} = conn, opts, next) when method in ["GET", "HEAD"] do
    answered = next.(conn)

    # The tag of a stream is known when it is gone.
    if answered["status"] == 200 and not is_tuple(answered["resp_body"]),
      do: answered |> put_etag(opts) |> compare(),
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
    digest = ElixirWorkers.Fingerprint.of(body)
    if opts.weak, do: ~s(W/"#{digest}"), else: ~s("#{digest}")
  end

  defp compare(conn) do
    [etag | _] = Conn.get_resp_header(conn, "etag")
    current = %{etag: etag, last_modified: last_modified(conn), exists?: true}

    case Preconditions.evaluate(conn["method"], conn["headers"], current) do
      :ok -> conn
      :not_modified -> Conn.not_modified(conn)
      :failed -> conn |> delete_all(@of_the_representation) |> Error.reply(412)
    end
  end

  defp delete_all(conn, names), do: Enum.reduce(names, conn, &Conn.delete_resp_header(&2, &1))

  defp last_modified(conn) do
    with [date | _] <- Conn.get_resp_header(conn, "last-modified"),
         {:ok, seconds} <- HTTPDate.parse(date) do
      seconds
    else
      _none -> nil
    end
  end
end
