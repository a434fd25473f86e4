defmodule ElixirWorkers.R2 do
  @moduledoc """
  R2: objects of any size by key, in buckets.

      [tool.hatch.build.targets.elixir-workers.bindings]
      PHOTOS = { kind = "r2", bucket_name = "photos" }

      alias ElixirWorkers.R2

      {:ok, object} = R2.put("PHOTOS", "1.png", Conn.body_stream(conn), http_metadata: [content_type: "image/png"])

      case R2.get("PHOTOS", "1.png") do
        {:ok, object} -> Conn.stream(conn, "image/png", object.body)
        :not_found -> Conn.text(conn, 404, "no such photo")
        {:error, error} -> Conn.text(conn, 502, Exception.message(error))
      end

      R2.send_object(conn, "PHOTOS", "1.png")

  Every function that asks the bucket has a twin with `!` that returns the value, or nil for an object that is not there, and
  raises `ElixirWorkers.BindingError` on failure.

  ## Bodies

  What is read is an `ElixirWorkers.BodyStream`, what is written iodata, such a stream, or an enumerable of iodata. Neither is
  held in memory as a whole, and a stream that is given away (a request's body put into a bucket, an object as the body of a
  response) does not pass through the machine.

  R2 wants to know the length of a body before its first byte. Of iodata and of most streams it is known; of an enumerable give
  it as `length:`, or it is uploaded in parts of 5 MiB, with these in memory. A body that breaks off leaves nothing behind.

  ## Codes

  Beside those of `ElixirWorkers.BindingError`:

  | code | |
  |---|---|
  | `:invalid_key` | a key is a string of UTF-8 with 1 to 1024 bytes |
  | `"precondition_failed"` | `only_if:` of a write does not hold |
  | `"range_not_satisfiable"` | the object is shorter than where the range begins |
  | `"bad_digest"` | a body does not have the digest that was given |
  | `"length_required"` | a condition, a digest or a part, and a body of unknown length |
  | `"no_such_upload"`, `"invalid_part"`, `"part_too_small"` | an upload in parts |
  """

  alias ElixirWorkers.{BindingError, Bindings, BodyStream, Conn, Error}
  alias ElixirWorkers.R2.{HTTP, Object, Options, Upload}

  @typedoc "The name of a binding in the configuration."
  @type bucket :: String.t()

  @type key :: String.t()

  @typedoc """
  Any of `:content_type`, `:content_language`, `:content_disposition`, `:content_encoding`, `:cache_control`, strings, and
  `:cache_expiry`, a `DateTime`: what `send_object/4` answers with.
  """
  @type http_metadata :: %{optional(atom()) => String.t() | DateTime.t()}

  @typedoc """
  What must hold: `:etag_matches`, `:etag_does_not_match` (without quotes; `"*"` is any), `:uploaded_before`,
  `:uploaded_after` (`DateTime`).
  """
  @type condition :: keyword() | map()

  @typedoc "Bytes first to last, as many as there are; all from an offset on; the last ones."
  @type range :: Range.t() | {:from, non_neg_integer()} | {:last, pos_integer()}

  @type get_option :: {:range, range()} | {:only_if, condition()} | Bindings.option()

  @typedoc """
    * `:http_metadata`, `:custom_metadata` - kept beside the body;
    * `:storage_class` - `"Standard"` or `"InfrequentAccess"`;
    * `:timeout` - milliseconds.
  """
  @type create_option ::
          {:http_metadata, http_metadata() | keyword()}
          | {:custom_metadata, %{optional(String.t() | atom()) => String.t()} | keyword()}
          | {:storage_class, String.t()}
          | Bindings.option()

  @typedoc """
  Those of `t:create_option/0`, and:

    * `:length` - of a body that does not tell;
    * `:only_if` - writes only if it holds of the object that is there;
    * `:md5`, `:sha1`, `:sha256`, `:sha384`, `:sha512` - one digest, as `:crypto.hash/2` gives it, that the body must have.
  """
  @type put_option ::
          create_option()
          | {:length, non_neg_integer()}
          | {:only_if, condition()}
          | {:md5 | :sha1 | :sha256 | :sha384 | :sha512, binary()}

  @typedoc """
    * `:prefix` - only keys that begin with it;
    * `:delimiter` - keys that have it behind the prefix are one entry of `prefixes`: folders;
    * `:start_after` - only keys behind this one; `:cursor` - of the page before;
    * `:limit` - how many at most, 1 to 1000 (default);
    * `:include` - `:http_metadata`, `:custom_metadata`: what objects of a list have only when it is asked for.
  """
  @type list_option ::
          {:prefix | :delimiter | :start_after, String.t()}
          | {:cursor, String.t() | nil}
          | {:limit, 1..1000}
          | {:include, [:http_metadata | :custom_metadata]}
          | Bindings.option()

  @typedoc "A part of a list; `cursor` leads to the next one and is nil when there is none."
  @type page :: %{objects: [Object.t()], prefixes: [String.t()], cursor: String.t() | nil}

  @typedoc "A part of an upload that has arrived; `complete_upload/3` wants all of them."
  @type part :: {number :: pos_integer(), etag :: String.t()}

  @type failure :: {:error, BindingError.t()}

  # Reading

  @doc "What there is about an object, without its body."
  @spec head(bucket(), key(), [Bindings.option()]) :: {:ok, Object.t()} | :not_found | failure()
  def head(bucket, key, opts \\ []) do
    opts = Options.plain!(opts, "R2.head")

    with :ok <- check_key(bucket, "head", key),
         {:ok, facts} <- call(bucket, "head", [key], opts),
         do: found(facts)
  end

  @doc "As `head/3`; returns the object, nil for one that is not there."
  @spec head!(bucket(), key(), [Bindings.option()]) :: Object.t() | nil
  def head!(bucket, key, opts \\ []), do: Bindings.value!(head(bucket, key, opts))

  @doc """
  Reads an object. Its `:body` is a stream, which is read once.

  With `:range` the body is that part of it, and `:range` of the object says which. With `:only_if` the body is nil when the
  condition does not hold.
  """
  @spec get(bucket(), key(), [get_option()]) :: {:ok, Object.t()} | :not_found | failure()
  def get(bucket, key, opts \\ []) do
    opts = Options.get!(opts)

    with :ok <- check_key(bucket, "get", key),
         {:ok, answer} <- call(bucket, "get", [key, Options.to_term(opts)], opts),
         do: found(answer, bucket)
  end

  @doc "As `get/3`; returns the object, nil for one that is not there."
  @spec get!(bucket(), key(), [get_option()]) :: Object.t() | nil
  def get!(bucket, key, opts \\ []), do: Bindings.value!(get(bucket, key, opts))

  defp found(nil, _bucket), do: :not_found
  defp found({facts, nil}, _bucket), do: {:ok, Object.new(facts)}

  defp found({facts, body}, bucket),
    do: {:ok, %{Object.new(facts) | body: BodyStream.new(body, bucket)}}

  defp found(nil), do: :not_found
  defp found(facts), do: {:ok, Object.new(facts)}

  @doc """
  Answers a request with an object, as RFC 9110 has it: its metadata as headers, `ETag` and `Last-Modified`; 304 and 412 for
  conditions of the request, 206 for one range of bytes (`Range`, `If-Range`), 416 for one beyond the end, 404 without an object.
  To HEAD only what there is about it.

  Options: `:content_type` for objects that have none, `"application/octet-stream"` by default; `:timeout`. Raises
  `ElixirWorkers.BindingError` when the bucket fails.
  """
  @spec send_object(Conn.t(), bucket(), key(), content_type: String.t(), timeout: timeout()) ::
          Conn.t()
  def send_object(conn, bucket, key, opts \\ []) do
    {type, opts} = Keyword.pop(opts, :content_type, "application/octet-stream")
    range = requested_range(conn, bucket, key, opts)

    case fetch(conn, bucket, key, range, opts) do
      {:ok, object} -> answer(conn, object, &send_body(&1, object, type))
      {:beyond, object} -> answer(conn, object, &beyond(&1, object))
      :not_found -> Error.reply(conn, 404)
      {:error, error} -> raise error
    end
  end

  defp requested_range(%{"method" => "GET", "headers" => headers}, bucket, key, opts) do
    range = HTTP.range(headers["range"])

    case headers do
      %{"if-range" => validator} when range != nil ->
        object = head!(bucket, key, opts)
        if object != nil and HTTP.range_holds?(validator, object), do: range

      _without ->
        range
    end
  end

  defp requested_range(_conn, _bucket, _key, _opts), do: nil

  defp fetch(%{"method" => "HEAD"}, bucket, key, _range, opts), do: head(bucket, key, opts)

  # The service has no word for the last no bytes.
  defp fetch(_conn, bucket, key, {:last, 0}, opts), do: beyond_end(bucket, key, opts)

  defp fetch(_conn, bucket, key, range, opts) do
    with {:error, %BindingError{code: "range_not_satisfiable"}} <-
           get(bucket, key, [range: range] ++ opts),
         do: beyond_end(bucket, key, opts)
  end

  defp beyond_end(bucket, key, opts) do
    with {:ok, object} <- head(bucket, key, opts), do: {:beyond, object}
  end

  # Conditions come before ranges (RFC 9110 §13.2.2).
  defp answer(conn, object, respond) do
    validators = [etag: object.etag, last_modified: object.uploaded]
    answered = conn |> HTTP.put_cache_headers(object) |> Conn.conditional(validators, respond)
    if answered["status"] in [304, 412] and object.body != nil, do: BodyStream.cancel(object.body)

    if answered["status"] in [412, 416],
      do: HTTP.delete_cache_headers(answered),
      else: answered
  end

  defp send_body(conn, object, type),
    do: conn |> HTTP.put_body_headers(object, type) |> send_range(object)

  # To HEAD there is no body, and the length of what GET would give.
  defp send_range(conn, %Object{body: nil, size: size}) do
    conn =
      conn
      |> Conn.put_status(200)
      |> Conn.put_resp_header("content-length", Integer.to_string(size))

    %{conn | "resp_body" => ""}
  end

  defp send_range(conn, %Object{range: nil} = object), do: stream(conn, 200, object)

  defp send_range(conn, %Object{range: {offset, length}, size: size} = object) do
    conn
    |> Conn.put_resp_header("content-range", "bytes #{offset}-#{offset + length - 1}/#{size}")
    |> stream(206, object)
  end

  defp stream(conn, status, object),
    do: conn |> Conn.put_status(status) |> Conn.stream("application/octet-stream", object.body)

  defp beyond(conn, object),
    do:
      conn |> Conn.put_resp_header("content-range", "bytes */#{object.size}") |> Error.reply(416)

  # Writing

  @doc """
  Writes an object, in place of one that is there, and returns what there is about it.
  """
  @spec put(bucket(), key(), Bindings.body(), [put_option()]) :: {:ok, Object.t()} | failure()
  def put(bucket, key, body, opts \\ []) do
    opts = Options.put!(opts)
    args = &[key, &1, Options.to_term(opts)]

    with :ok <- check_key(bucket, "put", key),
         {:ok, facts} <- Bindings.call_with_body(bucket, "put", body, args, timeout(opts)) do
      written(facts, bucket)
    end
  end

  @doc "As `put/4`; returns the object, and raises on failure."
  @spec put!(bucket(), key(), Bindings.body(), [put_option()]) :: Object.t()
  def put!(bucket, key, body, opts \\ []), do: Bindings.value!(put(bucket, key, body, opts))

  defp written(nil, bucket) do
    message = "the object that is there does not meet `only_if`"
    Bindings.refuse(bucket, "put", "precondition_failed", message)
  end

  defp written(facts, _bucket), do: {:ok, Object.new(facts)}

  @doc "Deletes an object, or up to 1000 of them; that one was not there is no failure."
  @spec delete(bucket(), key() | [key()], [Bindings.option()]) :: :ok | failure()
  def delete(bucket, key_or_keys, opts \\ []) do
    opts = Options.plain!(opts, "R2.delete")
    keys = List.wrap(key_or_keys)

    with :ok <- check_keys(bucket, "delete", keys),
         {:ok, nil} <- call(bucket, "delete", [keys], opts),
         do: :ok
  end

  @doc "As `delete/3`; raises on failure."
  @spec delete!(bucket(), key() | [key()], [Bindings.option()]) :: :ok
  def delete!(bucket, key_or_keys, opts \\ []),
    do: Bindings.value!(delete(bucket, key_or_keys, opts))

  # Lists

  @doc "One page of the objects of a bucket, in the order of their keys."
  @spec list(bucket(), [list_option()]) :: {:ok, page()} | failure()
  def list(bucket, opts \\ []) do
    opts = Options.list!(opts)

    with {:ok, page} <- call(bucket, "list", [Options.to_term(opts)], opts) do
      %{"objects" => objects, "prefixes" => prefixes, "cursor" => cursor} = page
      {:ok, %{objects: Enum.map(objects, &Object.new/1), prefixes: prefixes, cursor: cursor}}
    end
  end

  @doc "As `list/2`; raises on failure."
  @spec list!(bucket(), [list_option()]) :: page()
  def list!(bucket, opts \\ []), do: Bindings.value!(list(bucket, opts))

  @doc """
  All objects of a bucket, page by page as they are needed. Raises `ElixirWorkers.BindingError` on the way.
  """
  @spec stream(bucket(), [list_option()]) :: Enumerable.t()
  def stream(bucket, opts \\ []) do
    Stream.resource(fn -> opts[:cursor] || :first end, &next_page(&1, bucket, opts), fn _ ->
      :ok
    end)
  end

  defp next_page(:last, _bucket, _opts), do: {:halt, :last}
  defp next_page(:first, bucket, opts), do: page(list!(bucket, opts))

  defp next_page(cursor, bucket, opts),
    do: page(list!(bucket, Keyword.put(opts, :cursor, cursor)))

  defp page(%{objects: objects, cursor: cursor}), do: {objects, cursor || :last}

  # Uploads in parts

  @doc """
  Begins an upload in parts, which may arrive in any order and by different requests, each again when it has failed.
  """
  @spec create_upload(bucket(), key(), [create_option()]) :: {:ok, Upload.t()} | failure()
  def create_upload(bucket, key, opts \\ []) do
    opts = Options.create!(opts)

    with :ok <- check_key(bucket, "create_upload", key),
         {:ok, id} <- call(bucket, "create_upload", [key, Options.to_term(opts)], opts),
         do: {:ok, %Upload{bucket: bucket, key: key, id: id}}
  end

  @doc "As `create_upload/3`; raises on failure."
  @spec create_upload!(bucket(), key(), [create_option()]) :: Upload.t()
  def create_upload!(bucket, key, opts \\ []),
    do: Bindings.value!(create_upload(bucket, key, opts))

  @doc """
  Sends a part, 1 to 10,000. All but the last one have the same length, at least 5 MiB. Options: `:length` of a body that does
  not tell, `:timeout`.
  """
  @spec upload_part(Upload.t(), 1..10_000, Bindings.body(), keyword()) ::
          {:ok, part()} | failure()
  def upload_part(%Upload{} = upload, number, body, opts \\ []) when number in 1..10_000 do
    opts = Options.part!(opts)
    args = &[upload.key, upload.id, number, &1, opts.length]

    with {:ok, etag} <-
           Bindings.call_with_body(upload.bucket, "upload_part", body, args, timeout(opts)),
         do: {:ok, {number, etag}}
  end

  @doc "As `upload_part/4`; raises on failure."
  @spec upload_part!(Upload.t(), 1..10_000, Bindings.body(), keyword()) :: part()
  def upload_part!(%Upload{} = upload, number, body, opts \\ []),
    do: Bindings.value!(upload_part(upload, number, body, opts))

  @doc "Makes the object of its parts."
  @spec complete_upload(Upload.t(), [part()], [Bindings.option()]) ::
          {:ok, Object.t()} | failure()
  def complete_upload(%Upload{} = upload, parts, opts \\ []) do
    opts = Options.plain!(opts, "R2.complete_upload")
    args = [upload.key, upload.id, Enum.sort(parts)]

    with {:ok, facts} <- call(upload.bucket, "complete_upload", args, opts),
         do: {:ok, Object.new(facts)}
  end

  @doc "As `complete_upload/3`; raises on failure."
  @spec complete_upload!(Upload.t(), [part()], [Bindings.option()]) :: Object.t()
  def complete_upload!(%Upload{} = upload, parts, opts \\ []),
    do: Bindings.value!(complete_upload(upload, parts, opts))

  @doc "Gives an upload up, with all of its parts."
  @spec abort_upload(Upload.t(), [Bindings.option()]) :: :ok | failure()
  def abort_upload(%Upload{} = upload, opts \\ []) do
    opts = Options.plain!(opts, "R2.abort_upload")

    with {:ok, nil} <- call(upload.bucket, "abort_upload", [upload.key, upload.id], opts), do: :ok
  end

  @doc "As `abort_upload/2`; raises on failure."
  @spec abort_upload!(Upload.t(), [Bindings.option()]) :: :ok
  def abort_upload!(%Upload{} = upload, opts \\ []),
    do: Bindings.value!(abort_upload(upload, opts))

  # Rules

  defp check_keys(bucket, operation, keys) do
    Enum.find_value(keys, :ok, fn key ->
      with :ok <- check_key(bucket, operation, key), do: nil
    end)
  end

  defp check_key(bucket, operation, key) do
    with rule when is_binary(rule) <- Options.key_rule(key),
         do: Bindings.refuse(bucket, operation, "invalid_key", rule)
  end

  defp call(bucket, operation, args, opts),
    do: Bindings.call(bucket, operation, args, timeout(opts))

  defp timeout(opts), do: [timeout: opts.timeout]
end
