defmodule ElixirWorkers.Conn do
  @moduledoc """
  A request and the response being built: a plain map with string keys, handed from middleware to handler and back.

  ## The request

  | key | example |
  |---|---|
  | `"method"` | `"GET"` |
  | `"scheme"`, `"host"` | `"https"`, `"example.com"` |
  | `"path"` | `"/caf%C3%A9/7"`, as sent |
  | `"path_segments"` | `["café", "7"]`, decoded once |
  | `"path_params"` | `%{"id" => "7"}`, filled in by the router |
  | `"query_string"` | `"tag=a&tag=b"` |
  | `"query_params"` | `%{"tag" => "b"}`, the last wins; `query_list/2` has all |
  | `"headers"` | `%{"accept" => "*/*"}`, names in lower case, repetitions joined with `", "` |
  | `"header_list"` | `[{"accept", "*/*"}]`, in order, repetitions kept |
  | `"body"` | the bytes of the body; an `ElixirWorkers.BodyStream` where `streamed-bodies` of the configuration says so |
  | `"parsed_body"` | set by `ElixirWorkers.Middleware.ParseBody` |
  | `"env"` | the variables and secrets named in the configuration |
  | `"cf"` | what Cloudflare knows about the request: `%{"country" => "NZ"}` |
  | `"request_id"` | names the request in logs and on error pages |
  | `"environment"` | `"production"` or `"development"` |

  ## The response

  | key | example |
  |---|---|
  | `"status"` | `200`; `nil` until something sets it |
  | `"resp_headers"` | `[{"content-type", "text/plain; charset=utf-8"}]` |
  | `"resp_body"` | iodata, or `{:stream, source}` |
  | `"halted"` | `true` after `halt/1`: later middleware and the handler are passed over |

  `"assigns"` is a map for the application; `"transport"` is the way out for logs.

  The functions below that set the response take the conn first and return the new one, so that they pipe.
  """

  alias ElixirWorkers.{Body, BodyStream, Conn.Cookie, Error, Header, HTTPDate, JSON}
  alias ElixirWorkers.{Preconditions, Status, URL}

  @typedoc "See the table above."
  @type t :: %{required(String.t()) => term()}

  # Of a request whose URL cannot be read.
  @no_url %{scheme: "", host: "", path: "/", query: ""}

  @doc """
  Builds a conn from a request's head and body (`docs/reference/host-abi.md`, "Request head").

  A path or query that cannot be decoded gives the conn with what could be read, and the reason: a 400.

      iex> {:ok, conn} = ElixirWorkers.Conn.new(%{"method" => "GET", "url" => "https://example.com/a%20b?x=1"}, "")
      iex> {conn["path_segments"], conn["query_params"]}
      {["a b"], %{"x" => "1"}}

      iex> {:error, _conn, reason} = ElixirWorkers.Conn.new(%{"method" => "GET", "url" => "/%FF"}, "")
      iex> reason
      "the path segment \\"%FF\\" is not percent-encoded UTF-8"
  """
  @spec new(map(), binary()) :: {:ok, t()} | {:error, t(), reason :: String.t()}
  def new(head, body) when is_map(head) and is_binary(body) do
    case parse_url(Map.get(head, "url", "/")) do
      {:ok, url} -> new(head, body, url, decode_path(url.path), decode_query(url.query))
      {:error, reason} -> {:error, build(head, body, @no_url, [], []), reason}
    end
  end

  defp new(head, body, url, {:ok, segments}, {:ok, pairs}),
    do: {:ok, build(head, body, url, segments, pairs)}

  defp new(head, body, url, {:ok, segments}, {:error, reason}),
    do: {:error, build(head, body, url, segments, []), reason}

  defp new(head, body, url, {:error, reason}, _query),
    do: {:error, build(head, body, url, [], []), reason}

  # At once: each change of a map with so many keys copies it.
  defp build(head, body, url, segments, query_list) do
    header_list = Map.get(head, "headers", [])

    %{
      "method" => Map.get(head, "method", "GET"),
      "scheme" => url.scheme,
      "host" => url.host,
      "path" => url.path,
      "path_segments" => segments,
      "path_params" => %{},
      "query_string" => url.query,
      "query_params" => :maps.from_list(query_list),
      "query_list" => query_list,
      "headers" => join_headers(header_list),
      "header_list" => header_list,
      "body" => body_of(head, body),
      "parsed_body" => %Body.Unparsed{},
      "env" => Map.get(head, "env", %{}),
      "cf" => Map.get(head, "cf", %{}),
      "request_id" => Map.get(head, "request_id", "unknown"),
      "environment" => Map.get(head, "environment", "production"),
      "status" => nil,
      "resp_headers" => [],
      "resp_body" => "",
      "halted" => false,
      "assigns" => %{},
      "transport" => nil
    }
  end

  defp body_of(%{"body_stream" => stream}, _none), do: BodyStream.new(stream)
  defp body_of(_head, body), do: body

  # RFC 9110 §5.3; cookies have a separator of their own (RFC 6265 §5.4).
  defp join_headers(list) do
    headers = :maps.from_list(list)
    if map_size(headers) == length(list), do: headers, else: join_repeated(list, %{})
  end

  defp join_repeated([{name, value} | rest], joined) do
    case joined do
      %{^name => earlier} ->
        separator = if name == "cookie", do: "; ", else: ", "
        join_repeated(rest, %{joined | name => earlier <> separator <> value})

      _first ->
        join_repeated(rest, Map.put(joined, name, value))
    end
  end

  defp join_repeated([], joined), do: joined

  defp parse_url(url) do
    with :error <- URL.parse(url), do: {:error, "the URL is malformed"}
  end

  defp decode_path(path) do
    with {:error, segment} <- URL.path_segments(path),
         do: {:error, "the path segment #{inspect(segment)} is not percent-encoded UTF-8"}
  end

  defp decode_query(query) do
    with {:error, pair} <- URL.decode_query(query),
         do: {:error, "the query parameter #{inspect(pair)} is not percent-encoded UTF-8"}
  end

  # The request

  @doc """
  Returns all values of a request header, in order; the name is compared without case.

      iex> conn = ElixirWorkers.Test.conn(:get, "/", headers: [{"accept", "text/html"}])
      iex> ElixirWorkers.Conn.get_req_header(conn, "Accept")
      ["text/html"]
  """
  @spec get_req_header(t(), String.t()) :: [String.t()]
  def get_req_header(conn, name) when is_binary(name) do
    name = Header.lower(name)
    for {^name, value} <- conn["header_list"], do: value
  end

  @doc """
  Returns all values of a query parameter, in order.

      iex> conn = ElixirWorkers.Test.conn(:get, "/?tag=a&tag=b")
      iex> ElixirWorkers.Conn.query_list(conn, "tag")
      ["a", "b"]
  """
  @spec query_list(t(), String.t()) :: [String.t()]
  def query_list(conn, name) when is_binary(name) do
    for {^name, value} <- conn["query_list"], do: value
  end

  @doc """
  Returns the cookies of the request; of repeated names the first wins (the most specific path comes first).

      iex> conn = ElixirWorkers.Test.conn(:get, "/", headers: [{"cookie", "theme=dark; id=7"}])
      iex> ElixirWorkers.Conn.req_cookies(conn)
      %{"theme" => "dark", "id" => "7"}
  """
  @spec req_cookies(t()) :: %{optional(String.t()) => String.t()}
  def req_cookies(conn), do: Cookie.parse(Map.get(conn["headers"], "cookie", ""))

  @doc """
  Returns the body of the request as a stream, which is read once: chunk by chunk as it comes in from paths that
  `streamed-bodies` of the configuration names, from others of one chunk.

      iex> conn = ElixirWorkers.Test.conn(:post, "/", body: "hello")
      iex> conn |> ElixirWorkers.Conn.body_stream() |> Enum.map(&byte_size/1)
      [5]
  """
  @spec body_stream(t()) :: BodyStream.t()
  def body_stream(%{"body" => %BodyStream{} = stream}), do: stream
  def body_stream(%{"body" => bytes}) when is_binary(bytes), do: BodyStream.new(bytes)

  # The response

  @doc """
  Sets the status, given as a number or a name.

  Raises `ArgumentError` outside 200..599.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.put_status(:created) |> Map.get("status")
      201
  """
  @spec put_status(t(), Status.t()) :: t()
  def put_status(conn, status), do: %{conn | "status" => Status.code(status)}

  @doc """
  Sets a response header and removes earlier ones of that name.

  Raises `ArgumentError` for a name or value that cannot be sent, such as a value with a line break.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.put_resp_header("X-Tag", "blue")
      iex> conn["resp_headers"]
      [{"x-tag", "blue"}]
  """
  @spec put_resp_header(t(), String.t(), String.t()) :: t()
  def put_resp_header(%{"resp_headers" => headers} = conn, name, value) do
    name = Header.name!(name)
    %{conn | "resp_headers" => without(headers, name) ++ [{name, Header.value!(name, value)}]}
  end

  @doc """
  Adds a response header beside earlier ones of that name.

  Raises `ArgumentError` as `put_resp_header/3` does.

      iex> conn = ElixirWorkers.Test.conn()
      iex> conn = ElixirWorkers.Conn.add_resp_header(conn, "link", "</a>; rel=next")
      iex> ElixirWorkers.Conn.add_resp_header(conn, "link", "</b>; rel=prev") |> ElixirWorkers.Conn.get_resp_header("link")
      ["</a>; rel=next", "</b>; rel=prev"]
  """
  @spec add_resp_header(t(), String.t(), String.t()) :: t()
  def add_resp_header(%{"resp_headers" => headers} = conn, name, value) do
    name = Header.name!(name)
    %{conn | "resp_headers" => headers ++ [{name, Header.value!(name, value)}]}
  end

  @doc """
  Sets a response header unless the response has one of that name.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.put_resp_header("x-tag", "blue")
      iex> ElixirWorkers.Conn.put_new_resp_header(conn, "x-tag", "red")["resp_headers"]
      [{"x-tag", "blue"}]
  """
  @spec put_new_resp_header(t(), String.t(), String.t()) :: t()
  def put_new_resp_header(conn, name, value) do
    if List.keymember?(conn["resp_headers"], Header.name!(name), 0),
      do: conn,
      else: add_resp_header(conn, name, value)
  end

  @doc """
  Returns all values of a response header, in order.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.get_resp_header("x-tag")
      []
  """
  @spec get_resp_header(t(), String.t()) :: [String.t()]
  def get_resp_header(conn, name) do
    name = Header.name!(name)
    for {^name, value} <- conn["resp_headers"], do: value
  end

  @doc """
  Removes all response headers of that name.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.put_resp_header("x-tag", "blue")
      iex> ElixirWorkers.Conn.delete_resp_header(conn, "x-tag")["resp_headers"]
      []
  """
  @spec delete_resp_header(t(), String.t()) :: t()
  def delete_resp_header(%{"resp_headers" => headers} = conn, name),
    do: %{conn | "resp_headers" => without(headers, Header.name!(name))}

  defp without(headers, name) do
    if List.keymember?(headers, name, 0),
      do: for({key, _value} = field when key != name <- headers, do: field),
      else: headers
  end

  @doc """
  Adds names to the response's `Vary`, once each.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.add_vary("Origin") |> ElixirWorkers.Conn.add_vary("origin")
      iex> ElixirWorkers.Conn.get_resp_header(conn, "vary")
      ["Origin"]
  """
  @spec add_vary(t(), String.t()) :: t()
  def add_vary(conn, name) when is_binary(name) do
    names = conn |> get_resp_header("vary") |> Enum.flat_map(&Header.split/1)
    lower = String.downcase(name, :ascii)

    if Enum.any?(names, &(String.downcase(&1, :ascii) == lower)),
      do: conn,
      else: put_resp_header(conn, "vary", Enum.join(names ++ [name], ", "))
  end

  @doc """
  Adds a `Set-Cookie`; several cookies are several headers.

  Options: `:max_age` in seconds, `:path` (`"/"`), `:domain`, `:secure` (true on https), `:http_only` (true),
  `:same_site` (`"Lax"`, `"Strict"`, `"None"`). Raises `ArgumentError` for a name or value that would break the header.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.put_resp_cookie("id", "7", max_age: 60)
      iex> ElixirWorkers.Conn.get_resp_header(conn, "set-cookie")
      ["id=7; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Lax"]
  """
  @spec put_resp_cookie(t(), String.t(), String.t(), [Cookie.option()]) :: t()
  def put_resp_cookie(conn, name, value, opts \\ []) do
    opts = Keyword.put_new(opts, :secure, conn["scheme"] == "https")
    add_resp_header(conn, "set-cookie", Cookie.serialize(name, value, opts))
  end

  @doc """
  Tells the browser to forget a cookie. `:path` and `:domain` must be those it was set with.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.delete_resp_cookie("id")
      iex> ElixirWorkers.Conn.get_resp_header(conn, "set-cookie")
      ["id=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"]
  """
  @spec delete_resp_cookie(t(), String.t(), [Cookie.option()]) :: t()
  def delete_resp_cookie(conn, name, opts \\ []),
    do: put_resp_cookie(conn, name, "", Keyword.put(opts, :max_age, 0))

  @doc """
  Answers with JSON (`ElixirWorkers.JSON`). The status is the one set before, or 200.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.json(%{ok: true})
      iex> {conn["status"], IO.iodata_to_binary(conn["resp_body"])}
      {200, ~s({"ok":true})}
  """
  @spec json(t(), term()) :: t()
  def json(conn, term), do: send_body(conn, "application/json", JSON.encode_to_iodata!(term))

  @doc """
  Answers with a status and JSON.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.json(:created, %{id: 1}) |> Map.get("status")
      201
  """
  @spec json(t(), Status.t(), term()) :: t()
  def json(conn, status, term), do: conn |> put_status(status) |> json(term)

  @doc """
  Answers with HTML: iodata, or what `ElixirWorkers.HTML.tag/3` returns. Escape what comes from outside.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.html("<p>hi</p>")
      iex> ElixirWorkers.Conn.get_resp_header(conn, "content-type")
      ["text/html; charset=utf-8"]
  """
  @spec html(t(), iodata() | ElixirWorkers.HTML.safe()) :: t()
  def html(conn, {:safe, body}), do: html(conn, body)
  def html(conn, body), do: send_body(conn, "text/html; charset=utf-8", body)

  @doc """
  Answers with a status and HTML.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.html(404, "<p>gone</p>") |> Map.get("status")
      404
  """
  @spec html(t(), Status.t(), iodata() | ElixirWorkers.HTML.safe()) :: t()
  def html(conn, status, body), do: conn |> put_status(status) |> html(body)

  @doc """
  Answers with plain text.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.text("hi") |> Map.get("resp_body")
      "hi"
  """
  @spec text(t(), iodata()) :: t()
  def text(conn, body), do: send_body(conn, "text/plain; charset=utf-8", body)

  @doc """
  Answers with a status and plain text.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.text(:conflict, "taken") |> Map.get("status")
      409
  """
  @spec text(t(), Status.t(), iodata()) :: t()
  def text(conn, status, body), do: conn |> put_status(status) |> text(body)

  @doc """
  Answers with a status, a content type and bytes.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.send_resp(200, "image/gif", <<"GIF89a">>)
      iex> ElixirWorkers.Conn.get_resp_header(conn, "content-type")
      ["image/gif"]
  """
  @spec send_resp(t(), Status.t(), String.t(), iodata()) :: t()
  def send_resp(conn, status, content_type, body) do
    conn |> put_status(status) |> put_resp_header("content-type", content_type) |> put_body(body)
  end

  @doc """
  Answers a conditional request: calls `answer` when the client's conditions hold, and otherwise answers 304 (GET and HEAD,
  when the client has it already) or 412 (when the resource is not what the client takes it for).

  The second argument says what there is now: `:etag` (text without quotes, or `{:weak, text}`), `:last_modified` (a
  `DateTime`, or seconds since 1970), or both; `[]` when there is no such resource yet. `If-Match`, `If-None-Match`,
  `If-Modified-Since` and `If-Unmodified-Since` are evaluated in the order of RFC 9110 §13.2.2. Answers to GET and HEAD
  get `ETag` and `Last-Modified`.

      def update(conn, %{"id" => id}) do
        post = Posts.get(id)

        Conn.conditional(conn, [etag: post.version], fn conn ->
          Conn.json(conn, Posts.update(post, conn["parsed_body"]))
        end)
      end

  Between reading the version and writing the new one another request may write: a store that can compare and set
  (`UPDATE … WHERE version = ?`) has the last word.

      iex> conn = ElixirWorkers.Test.conn(:get, "/", headers: [{"if-none-match", ~s("v7")}])
      iex> ElixirWorkers.Conn.conditional(conn, [etag: "v7"], &ElixirWorkers.Conn.text(&1, "hi"))["status"]
      304
      iex> ElixirWorkers.Conn.conditional(conn, [etag: "v8"], &ElixirWorkers.Conn.text(&1, "hi"))["resp_headers"]
      [{"etag", ~s("v8")}, {"content-type", "text/plain; charset=utf-8"}]
      iex> conn = ElixirWorkers.Test.conn(:put, "/", headers: [{"if-match", ~s("v7")}])
      iex> ElixirWorkers.Conn.conditional(conn, [etag: "v8"], &ElixirWorkers.Conn.no_content/1)["status"]
      412
  """
  @spec conditional(
          t(),
          [
            etag: String.t() | {:weak, String.t()} | nil,
            last_modified: DateTime.t() | integer() | nil
          ],
          (t() -> t())
        ) :: t()
  def conditional(conn, now, answer) when is_list(now) and is_function(answer, 1) do
    current = current!(now)

    case Preconditions.evaluate(conn["method"], conn["headers"], current) do
      :ok -> conn |> put_validators(current) |> answer.()
      :not_modified -> conn |> put_validators(current) |> not_modified()
      :failed -> Error.reply(conn, 412)
    end
  end

  defp current!(now) do
    case Keyword.keys(now) -- [:etag, :last_modified] do
      [] ->
        :ok

      [key | _] ->
        raise ArgumentError,
              "Conn.conditional has no option #{inspect(key)}; it has :etag, :last_modified"
    end

    etag = if now[:etag], do: Preconditions.etag!(now[:etag])
    modified = seconds!(now[:last_modified])
    %{etag: etag, last_modified: modified, exists?: etag != nil or modified != nil}
  end

  defp seconds!(nil), do: nil
  defp seconds!(%DateTime{} = time), do: DateTime.to_unix(time)
  defp seconds!(seconds) when is_integer(seconds), do: seconds

  defp seconds!(other) do
    raise ArgumentError,
          ":last_modified of Conn.conditional must be a DateTime or seconds since 1970, got: #{inspect(other)}"
  end

  # Of what there is: an answer to PUT that has an `ETag` would give that of what it has written (RFC 9110 §8.8.3).
  defp put_validators(%{"method" => method} = conn, current) when method in ["GET", "HEAD"] do
    validators = [
      {"etag", current.etag},
      {"last-modified", current.last_modified && HTTPDate.format(current.last_modified)}
    ]

    for {name, value} <- validators, value != nil, reduce: conn do
      conn -> put_resp_header(conn, name, value)
    end
  end

  defp put_validators(conn, _current), do: conn

  # RFC 9110 §15.4.5: what describes the body goes; the date stays when it is all that the client can compare.
  @of_the_body ~w(content-type content-length content-encoding content-language content-range)

  @doc """
  Answers 304: the client has what it asks for. Headers that describe a body are removed.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.put_resp_header("etag", ~s("v7"))
      iex> conn = conn |> ElixirWorkers.Conn.text("hi") |> ElixirWorkers.Conn.not_modified()
      iex> {conn["status"], conn["resp_headers"], conn["resp_body"]}
      {304, [{"etag", ~s("v7")}], ""}
  """
  @spec not_modified(t()) :: t()
  def not_modified(conn) do
    gone =
      if get_resp_header(conn, "etag") == [],
        do: @of_the_body,
        else: ["last-modified" | @of_the_body]

    kept = Enum.reject(conn["resp_headers"], fn {name, _value} -> name in gone end)
    %{conn | "status" => 304, "resp_body" => "", "resp_headers" => kept}
  end

  @doc """
  Answers with a body that is made while it is on its way: an enumerable of chunks, or a function that writes them.

  Nothing of it runs before the response has left the middleware; `write` returns when the client has taken the chunk.
  When the client goes away, the enumerable is halted and the function left. A failure is logged, and the body ends
  there: status and headers are gone already, and the client can tell only from a length that it is not whole: put
  `content-length` before when it is known. The limit of time is that of any request.

      Conn.stream(conn, "text/csv", Stream.map(rows, &to_csv/1))

      Conn.stream(conn, "text/plain", fn write ->
        for n <- 1..3 do
          write.("line \#{n}\\n")
          Process.sleep(1000)
        end
      end)

  A `ElixirWorkers.BodyStream` goes straight from where it comes from to the client, without passing through the machine,
  and with a `Content-Length` if it has a length.

  Under `mix test` and `elixir-workers run` the chunks arrive as one body.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.stream("text/plain", ["a", "b"])
      iex> conn["resp_body"]
      {:stream, ["a", "b"]}
  """
  @spec stream(t(), String.t(), ElixirWorkers.Streaming.source()) :: t()
  def stream(conn, content_type, source) do
    conn = conn |> put_new_status() |> put_new_resp_header("content-type", content_type)
    %{put_stream_length(conn, source) | "resp_body" => {:stream, source}}
  end

  defp put_stream_length(conn, %BodyStream{length: length}) when is_integer(length),
    do: put_resp_header(conn, "content-length", Integer.to_string(length))

  defp put_stream_length(conn, _source), do: conn

  @doc """
  Answers with server-sent events, which an `EventSource` in a page reads: an enumerable of
  `t:ElixirWorkers.Streaming.event/0`, or a function that sends them.

      Conn.sse(conn, fn send -> for n <- 1..10, do: send.(%{event: "tick", id: n, data: "\#{n}"}) end)

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.sse(["hello"])
      iex> ElixirWorkers.Conn.get_resp_header(conn, "content-type")
      ["text/event-stream"]
  """
  @spec sse(t(), Enumerable.t() | ((ElixirWorkers.Streaming.event() -> :ok) -> term())) :: t()
  def sse(conn, source) do
    conn
    |> put_new_resp_header("cache-control", "no-store")
    |> stream("text/event-stream", events(source))
  end

  defp events(source) when is_function(source, 1),
    do: fn write -> source.(&write.(ElixirWorkers.Streaming.event(&1))) end

  defp events(source), do: Stream.map(source, &ElixirWorkers.Streaming.event/1)

  @doc """
  Answers 204, without a body.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.no_content() |> Map.get("status")
      204
  """
  @spec no_content(t()) :: t()
  def no_content(conn), do: %{conn | "status" => 204, "resp_body" => ""}

  @doc """
  Sends the client elsewhere, with status 302 or the one given.

  Raises `ArgumentError` for a status that does not redirect.

      iex> conn = ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.redirect("/café")
      iex> {conn["status"], ElixirWorkers.Conn.get_resp_header(conn, "location")}
      {302, ["/caf%C3%A9"]}
  """
  @spec redirect(t(), String.t(), Status.t()) :: t()
  def redirect(conn, url, status \\ 302) when is_binary(url) do
    code = Status.code(status)

    if code not in [301, 302, 303, 307, 308] do
      raise ArgumentError,
            "a redirect has status 301, 302, 303, 307 or 308, got: #{inspect(status)}"
    end

    Header.value!("location", url)
    conn |> put_resp_header("location", URL.to_ascii(url)) |> text(code, "")
  end

  @doc """
  Marks the conn as answered: middleware that comes later and the handler are passed over.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.halt() |> Map.get("halted")
      true
  """
  @spec halt(t()) :: t()
  def halt(conn), do: %{conn | "halted" => true}

  @doc """
  Keeps a value for later middleware or the handler, under `conn["assigns"]`.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.assign(:user, "ada") |> get_in(["assigns", :user])
      "ada"
  """
  @spec assign(t(), term(), term()) :: t()
  def assign(conn, key, value), do: Map.update!(conn, "assigns", &Map.put(&1, key, value))

  @doc """
  The nonce of this request, for `nonce` of scripts and styles inside a page; see
  `ElixirWorkers.Middleware.SecurityHeaders`.

  It is made from the request's id, which in a worker is random (122 bits) and known to nobody before the response.

      iex> conn = ElixirWorkers.Test.conn()
      iex> ElixirWorkers.Conn.csp_nonce(conn) == ElixirWorkers.Conn.csp_nonce(conn)
      true
  """
  @spec csp_nonce(t()) :: String.t()
  def csp_nonce(conn) do
    ElixirWorkers.Fingerprint.of(["csp nonce of ", conn["request_id"]])
  end

  @doc """
  Writes a record to the worker's log; the level is one of Elixir's, such as `:info` or `:error`.

      iex> ElixirWorkers.Test.conn() |> ElixirWorkers.Conn.log(:info, "cache is cold")
      :ok
  """
  @spec log(t(), ElixirWorkers.Transport.level(), iodata()) :: :ok
  def log(%{"transport" => {module, state}}, level, message),
    do: module.log(level, message, state)

  def log(_conn, _level, _message), do: :ok

  @doc """
  Tells whether a term is a conn: what middleware and handlers must return.

      iex> ElixirWorkers.Conn.conn?(%{"status" => 200})
      false
  """
  @spec conn?(term()) :: boolean()
  def conn?(%{"method" => _, "status" => _, "resp_headers" => _, "resp_body" => _, "halted" => _}),
    do: true

  def conn?(_term), do: false

  # A conn with a response.
  @doc false
  @spec answered?(term()) :: boolean()
  def answered?(%{"status" => status} = conn), do: status != nil and conn?(conn)
  def answered?(_term), do: false

  @doc """
  Returns what goes out: status, headers in order, and the body as one binary, or `{:stream, source}`.

  Status and headers are checked once more, since a conn is a map that anyone can change. 204, 205, 304 and HEAD
  have no body.

      iex> ElixirWorkers.Test.conn(:head, "/") |> ElixirWorkers.Conn.text("hi") |> ElixirWorkers.Conn.to_response()
      {200, [{"content-type", "text/plain; charset=utf-8"}, {"content-length", "2"}], ""}
  """
  @spec to_response(t()) ::
          {200..599, [Header.field()], binary() | {:stream, ElixirWorkers.Streaming.source()}}
  def to_response(%{"status" => status, "resp_headers" => headers, "resp_body" => body} = conn) do
    status = Status.code(status)
    headers = checked(headers)
    body = to_binary(body)

    cond do
      Status.bodiless?(status) -> {status, Enum.reject(headers, &describes_body?/1), ""}
      conn["method"] == "HEAD" and is_tuple(body) -> {status, headers, ""}
      conn["method"] == "HEAD" -> {status, put_length(headers, body), ""}
      true -> {status, headers, body}
    end
  end

  defp checked([{name, value} | headers]),
    do: [{Header.name!(name), Header.value!(name, value)} | checked(headers)]

  defp checked([]), do: []

  # RFC 9110 §8.6: the length that the answer to GET has.
  defp put_length(headers, body) do
    if List.keymember?(headers, "content-length", 0),
      do: headers,
      else: headers ++ [{"content-length", Integer.to_string(byte_size(body))}]
  end

  defp describes_body?({name, _value}), do: name in ["content-type", "content-length"]

  defp send_body(conn, content_type, body) do
    conn
    |> put_new_status()
    |> put_new_resp_header("content-type", content_type)
    |> put_body(body)
  end

  defp put_new_status(%{"status" => nil} = conn), do: %{conn | "status" => 200}
  defp put_new_status(conn), do: conn

  defp put_body(conn, body) when is_binary(body) or is_list(body),
    do: %{conn | "resp_body" => body}

  defp put_body(_conn, body) do
    raise ArgumentError, "a response body must be a string or iodata, got: " <> inspect(body)
  end

  defp to_binary({:stream, _source} = stream), do: stream

  defp to_binary(body) do
    IO.iodata_to_binary(body)
  rescue
    ArgumentError ->
      raise ArgumentError, "a response body must be a string or iodata, got: " <> inspect(body)
  end
end
