defmodule ElixirWorkers.KV do
  @moduledoc """
  Workers KV: values by key, read fast everywhere, written slowly to everywhere.

      [tool.hatch.build.targets.elixir-workers.bindings]
      CACHE = { kind = "kv", id = "0f2ac74b498b48028cb68387c421e279" }

      alias ElixirWorkers.KV

      case KV.get("CACHE", "greeting") do
        {:ok, text} -> text
        :not_found -> "hello"
        {:error, error} -> "sorry: " <> Exception.message(error)
      end

      :ok = KV.put("CACHE", "greeting", "hi", expiration_ttl: 3600, metadata: %{by: "ada"})
      KV.get!("CACHE", ["a", "b"], type: :json)

  Every function has a twin with `!` that returns the value, or nil for a key that is not there, and raises
  `ElixirWorkers.BindingError` on failure.

  ## Keys

  A key is a string of UTF-8 with 1 to 512 bytes, other than `"."` and `".."`. Any other is refused without asking
  the service, with code `:invalid_key` and the rule in the message.

  ## Values

  A value is bytes, and arrives as it was put. `:type` says how it is read:

    * `:text` (default) - a string; bytes that are not UTF-8 are an error with code `:not_text`;
    * `:binary` - whatever the bytes are;
    * `:json` - decoded by `ElixirWorkers.JSON`; a value that is not JSON is an error with code `:not_json`.

  ## Codes

  Beside those of `ElixirWorkers.BindingError`: `:invalid_key`, `:not_text`, `:not_json`.

  ## With a conn

  Every function also takes the conn first, as elixir-workers has it. Then reads return the conn beside what was read,
  writes return the conn, a missing key is nil, and failures are raised:

      {conn, value} = KV.get(conn, "CACHE", "greeting")
      conn = KV.put(conn, "CACHE", "greeting", "hi")
  """

  alias ElixirWorkers.{BindingError, Bindings, Conn, JSON}
  alias ElixirWorkers.KV.Value

  @typedoc "The name of a binding in the configuration."
  @type binding :: String.t()

  @type key :: String.t()

  @typedoc "A string, or with `type: :json` what the JSON was."
  @type value :: binary() | JSON.value()

  @typedoc """
    * `:type` - `:text`, `:binary` or `:json`, see above;
    * `:cache_ttl` - seconds for which the data centre may answer from its cache;
    * `:timeout` - milliseconds, see `t:ElixirWorkers.Bindings.option/0`.
  """
  @type read_option ::
          {:type, :text | :binary | :json} | {:cache_ttl, pos_integer()} | Bindings.option()

  @typedoc """
    * `:type` - `:json` encodes the value with `ElixirWorkers.JSON`; without it a value is a string or iodata;
    * `:expiration` - when the key ends: seconds since 1970, or a `DateTime`;
    * `:expiration_ttl` - in how many seconds it ends, at least 60;
    * `:metadata` - a term with a JSON form, kept beside the value; at most 1024 bytes of JSON;
    * `:await` - `false` leaves the write for after the response; should it fail, that is logged as an error;
    * `:timeout` - milliseconds.
  """
  @type write_option ::
          {:type, :binary | :json}
          | {:expiration, pos_integer() | DateTime.t()}
          | {:expiration_ttl, pos_integer()}
          | {:metadata, term()}
          | {:await, boolean()}
          | Bindings.option()

  @typedoc """
    * `:prefix` - only keys that begin with it;
    * `:limit` - how many at most, 1 to 1000 (default);
    * `:cursor` - of the page before;
    * `:timeout` - milliseconds.
  """
  @type list_option ::
          {:prefix, String.t()}
          | {:limit, 1..1000}
          | {:cursor, String.t() | nil}
          | Bindings.option()

  @typedoc "A key of a list; `expiration` is in seconds since 1970."
  @type key_info :: %{name: key(), expiration: pos_integer() | nil, metadata: JSON.value()}

  @typedoc "A part of a list; `cursor` leads to the next one and is nil when there is none."
  @type page :: %{keys: [key_info()], complete: boolean(), cursor: String.t() | nil}

  @type failure :: {:error, BindingError.t()}

  @read_defaults %{type: :text, cache_ttl: nil, timeout: :infinity}
  @write_defaults %{
    type: :binary,
    expiration: nil,
    expiration_ttl: nil,
    metadata: nil,
    await: true,
    timeout: :infinity
  }
  @delete_defaults %{await: true, timeout: :infinity}
  @list_defaults %{prefix: nil, limit: 1000, cursor: nil, timeout: :infinity}

  # Limits of the service.
  @min_expiration_ttl_s 60
  @max_metadata_bytes 1024
  @max_list_limit 1000

  # Reading

  @doc """
  Reads a key, or a list of keys at once.

  Of several keys the answer is a map that holds those that were found. Up to 100 texts (or JSON documents) are one
  request to the service; with `type: :binary` each key is one. The runtime decodes the texts of such a request, and may
  leave out a byte order mark (U+FEFF) at the beginning of one: with `type: :binary` nothing is left out.
  """
  @spec get(binding(), key(), [read_option()]) :: {:ok, value()} | :not_found | failure()
  @spec get(binding(), [key()], [read_option()]) ::
          {:ok, %{optional(key()) => value()}} | failure()
  @spec get(Conn.t(), binding(), key()) :: {Conn.t(), value() | nil}
  def get(binding_or_conn, key_or_binding, opts_or_key \\ [])

  def get(%{"method" => _} = conn, binding, key), do: {conn, get!(binding, key)}

  def get(binding, keys, opts) when is_list(keys) do
    opts = Bindings.options!(opts, @read_defaults, &check_read/2, "KV.get")

    with {:ok, found} <- read_many(binding, "get_many", keys, opts),
         do: Value.decode_all(found, opts.type, binding, "get_many")
  end

  def get(binding, key, opts) do
    opts = Bindings.options!(opts, @read_defaults, &check_read/2, "KV.get")

    with {:ok, bytes} <- read(binding, "get", key, opts),
         do: Value.decode(bytes, opts.type, binding, "get", key)
  end

  @doc "Reads as `get/3`; returns the value, nil for a key that is not there, a map for several keys."
  @spec get!(binding(), key() | [key()], [read_option()]) :: value() | nil
  def get!(binding, key, opts \\ []), do: Bindings.value!(get(binding, key, opts))

  @doc """
  Reads a key with its metadata, nil where none was put; or a list of keys at once.
  """
  @spec get_with_metadata(binding(), key(), [read_option()]) ::
          {:ok, {value(), metadata :: JSON.value()}} | :not_found | failure()
  @spec get_with_metadata(binding(), [key()], [read_option()]) ::
          {:ok, %{optional(key()) => {value(), metadata :: JSON.value()}}} | failure()
  @spec get_with_metadata(Conn.t(), binding(), key()) ::
          {Conn.t(), %{optional(String.t()) => term()} | nil}
  def get_with_metadata(binding_or_conn, key_or_binding, opts_or_key \\ [])

  def get_with_metadata(%{"method" => _} = conn, binding, key) do
    case get_with_metadata!(binding, key) do
      nil -> {conn, nil}
      {value, metadata} -> {conn, %{"value" => value, "metadata" => metadata}}
    end
  end

  def get_with_metadata(binding, keys, opts) when is_list(keys) do
    opts = Bindings.options!(opts, @read_defaults, &check_read/2, "KV.get_with_metadata")

    with {:ok, found} <- read_many(binding, "get_many_with_metadata", keys, opts),
         do: Value.decode_all(found, opts.type, binding, "get_many_with_metadata")
  end

  def get_with_metadata(binding, key, opts) do
    opts = Bindings.options!(opts, @read_defaults, &check_read/2, "KV.get_with_metadata")

    with {:ok, {bytes, metadata}} <- read(binding, "get_with_metadata", key, opts),
         {:ok, value} <- Value.decode(bytes, opts.type, binding, "get_with_metadata", key),
         do: {:ok, {value, metadata}}
  end

  @doc "Reads as `get_with_metadata/3`; returns `{value, metadata}`, nil for a key that is not there."
  @spec get_with_metadata!(binding(), key() | [key()], [read_option()]) ::
          {value(), JSON.value()} | map() | nil
  def get_with_metadata!(binding, key, opts \\ []),
    do: Bindings.value!(get_with_metadata(binding, key, opts))

  defp read(binding, operation, key, opts) do
    with :ok <- check_key(binding, operation, key),
         {:ok, nil} <- Bindings.call(binding, operation, [key, opts.cache_ttl], timeout(opts)),
         do: :not_found
  end

  defp read_many(binding, operation, keys, opts) do
    type = if opts.type == :binary, do: "binary", else: "text"

    with :ok <- check_keys(binding, operation, keys),
         do: Bindings.call(binding, operation, [keys, type, opts.cache_ttl], timeout(opts))
  end

  defp check_read(:type, type), do: one_of(type, [:text, :binary, :json])
  defp check_read(:cache_ttl, ttl) when is_integer(ttl) and ttl > 0, do: :ok
  defp check_read(:cache_ttl, _other), do: "must be a positive integer"
  defp check_read(option, value), do: Bindings.check_option(option, value)

  # Writing

  @doc """
  Writes a key.

  It takes up to a minute until every data centre sees it. The service takes one write a second for the same key.
  """
  @spec put(binding(), key(), iodata() | term(), [write_option()]) :: :ok | failure()
  @spec put(Conn.t(), binding(), key(), iodata()) :: Conn.t()
  def put(binding_or_conn, key_or_binding, value_or_key, opts_or_value \\ [])

  def put(%{"method" => _} = conn, binding, key, value), do: put(conn, binding, key, value, [])

  def put(binding, key, value, opts) do
    opts = write_options!(opts)
    bytes = Value.encode!(value, opts.type)
    metadata = encode_metadata!(opts.metadata)
    args = [key, bytes, expiration(opts.expiration), opts.expiration_ttl, metadata]

    with :ok <- check_key(binding, "put", key),
         do: write(binding, "put", args, opts)
  end

  @doc "Writes as `put/4`, with the conn first; returns the conn and raises on failure."
  @spec put(Conn.t(), binding(), key(), iodata() | term(), [write_option()]) :: Conn.t()
  def put(%{"method" => _} = conn, binding, key, value, opts) do
    put!(binding, key, value, opts)
    conn
  end

  @doc "Writes as `put/4`; raises `ElixirWorkers.BindingError` on failure."
  @spec put!(binding(), key(), iodata() | term(), [write_option()]) :: :ok
  def put!(binding, key, value, opts \\ []), do: Bindings.value!(put(binding, key, value, opts))

  @doc """
  Deletes a key; that it was not there is no failure. Options: `:await` and `:timeout` as for `put/4`.
  """
  @spec delete(binding(), key(), [{:await, boolean()} | Bindings.option()]) :: :ok | failure()
  @spec delete(Conn.t(), binding(), key()) :: Conn.t()
  def delete(binding_or_conn, key_or_binding, opts_or_key \\ [])

  def delete(%{"method" => _} = conn, binding, key) do
    delete!(binding, key)
    conn
  end

  def delete(binding, key, opts) do
    opts = Bindings.options!(opts, @delete_defaults, &Bindings.check_option/2, "KV.delete")
    with :ok <- check_key(binding, "delete", key), do: write(binding, "delete", [key], opts)
  end

  @doc "Deletes as `delete/3`; raises `ElixirWorkers.BindingError` on failure."
  @spec delete!(binding(), key(), [{:await, boolean()} | Bindings.option()]) :: :ok
  def delete!(binding, key, opts \\ []), do: Bindings.value!(delete(binding, key, opts))

  defp write(binding, operation, args, %{await: false}),
    do: Bindings.cast(binding, operation, args)

  defp write(binding, operation, args, opts) do
    with {:ok, _nil} <- Bindings.call(binding, operation, args, timeout(opts)), do: :ok
  end

  defp write_options!(opts) do
    opts = Bindings.options!(opts, @write_defaults, &check_write/2, "KV.put")

    if opts.expiration && opts.expiration_ttl,
      do: raise(ArgumentError, "KV.put takes :expiration or :expiration_ttl, not both")

    opts
  end

  defp check_write(:type, type), do: one_of(type, [:binary, :json])
  defp check_write(:metadata, _term), do: :ok
  defp check_write(:expiration, %DateTime{}), do: :ok
  defp check_write(:expiration, seconds) when is_integer(seconds) and seconds > 0, do: :ok
  defp check_write(:expiration, _other), do: "must be seconds since 1970 or a DateTime"

  defp check_write(:expiration_ttl, ttl) when is_integer(ttl) and ttl >= @min_expiration_ttl_s,
    do: :ok

  defp check_write(:expiration_ttl, _other),
    do: "must be an integer of at least #{@min_expiration_ttl_s} seconds"

  defp check_write(option, value), do: Bindings.check_option(option, value)

  defp expiration(%DateTime{} = time), do: DateTime.to_unix(time)
  defp expiration(seconds), do: seconds

  defp encode_metadata!(nil), do: nil

  defp encode_metadata!(metadata) do
    json = JSON.encode!(metadata)

    if byte_size(json) > @max_metadata_bytes do
      raise ArgumentError,
            "KV.put: :metadata must be at most #{@max_metadata_bytes} bytes of JSON, " <>
              "got #{byte_size(json)}"
    end

    json
  end

  # Listing

  @doc """
  Lists keys in the order of their bytes, a page at a time; see `stream/2` for all of them.
  """
  @spec list(binding(), [list_option()]) :: {:ok, page()} | failure()
  @spec list(Conn.t(), binding()) :: {Conn.t(), page()}
  def list(binding_or_conn, opts_or_binding \\ [])
  def list(%{"method" => _} = conn, binding), do: list(conn, binding, [])

  def list(binding, opts) do
    opts = list_options!(opts)
    args = [opts.prefix, opts.limit, opts.cursor]

    with {:ok, page} <- Bindings.call(binding, "list", args, timeout(opts)),
         do: {:ok, page(page)}
  end

  @doc "Lists as `list/2`, with the conn first; raises on failure."
  @spec list(Conn.t(), binding(), [list_option()]) :: {Conn.t(), page()}
  def list(%{"method" => _} = conn, binding, opts), do: {conn, list!(binding, opts)}

  @doc "Lists as `list/2`; raises `ElixirWorkers.BindingError` on failure."
  @spec list!(binding(), [list_option()]) :: page()
  def list!(binding, opts \\ []), do: Bindings.value!(list(binding, opts))

  @doc """
  Returns a stream of all keys, which asks for the next page when it needs it.

      "CACHE" |> KV.stream(prefix: "user:") |> Stream.map(& &1.name) |> Enum.take(5)

  `:limit` is the size of a page. The stream raises `ElixirWorkers.BindingError` on failure.
  """
  @spec stream(binding(), [list_option()]) :: Enumerable.t()
  def stream(binding, opts \\ []) do
    first = Map.to_list(list_options!(opts))
    Stream.resource(fn -> {:page, first} end, &next_page(&1, binding), fn _state -> :ok end)
  end

  defp next_page(:complete, _binding), do: {:halt, :complete}

  defp next_page({:page, opts}, binding) do
    case list!(binding, opts) do
      %{keys: keys, cursor: nil} -> {keys, :complete}
      %{keys: keys, cursor: cursor} -> {keys, {:page, Keyword.put(opts, :cursor, cursor)}}
    end
  end

  defp list_options!(opts), do: Bindings.options!(opts, @list_defaults, &check_list/2, "KV.list")

  defp check_list(:limit, limit) when limit in 1..@max_list_limit, do: :ok
  defp check_list(:limit, _other), do: "must be an integer in 1..#{@max_list_limit}"
  defp check_list(:timeout, value), do: Bindings.check_option(:timeout, value)
  defp check_list(_prefix_or_cursor, nil), do: :ok

  defp check_list(_prefix_or_cursor, text),
    do: if(is_binary(text) and String.valid?(text), do: :ok, else: "must be a string")

  defp page(%{"keys" => keys, "complete" => complete, "cursor" => cursor}) do
    keys =
      for %{"name" => name, "expiration" => expiration, "metadata" => metadata} <- keys,
          do: %{name: name, expiration: expiration, metadata: metadata}

    %{keys: keys, complete: complete, cursor: cursor}
  end

  # Rules

  defp check_keys(binding, operation, keys) do
    Enum.find_value(keys, :ok, fn key ->
      with :ok <- check_key(binding, operation, key), do: nil
    end)
  end

  defp check_key(binding, operation, key) do
    with rule when is_binary(rule) <- Value.key_rule(key),
         do: Bindings.refuse(binding, operation, "invalid_key", rule)
  end

  defp timeout(opts), do: [timeout: opts.timeout]

  defp one_of(value, values),
    do: if(value in values, do: :ok, else: "must be one of #{inspect(values)}")
end
