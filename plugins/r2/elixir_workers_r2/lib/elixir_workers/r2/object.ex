defmodule ElixirWorkers.R2.Object do
  @moduledoc """
  What a bucket holds under a key.

  | field | example |
  |---|---|
  | `:key` | `"photos/1.png"` |
  | `:size` | bytes, of the whole object |
  | `:etag`, `:http_etag` | `"ab12"`, and `"\\"ab12\\""` as headers have it |
  | `:version` | changes with every write |
  | `:uploaded` | a `DateTime` |
  | `:http_metadata` | `%{content_type: "image/png"}`; see `t:ElixirWorkers.R2.http_metadata/0` |
  | `:custom_metadata` | `%{"by" => "ada"}` |
  | `:checksums` | `%{"md5" => "5d41…"}`, in hexadecimal |
  | `:storage_class` | `"Standard"` |
  | `:range` | `{offset, length}` in bytes of what `:body` has, nil when nothing was asked for |
  | `:body` | an `ElixirWorkers.BodyStream` after `ElixirWorkers.R2.get/3`, otherwise nil |
  """

  alias ElixirWorkers.BodyStream

  @enforce_keys [:key, :size, :etag, :http_etag, :version, :uploaded]
  defstruct [
    :key,
    :size,
    :etag,
    :http_etag,
    :version,
    :uploaded,
    :storage_class,
    :range,
    :body,
    http_metadata: %{},
    custom_metadata: %{},
    checksums: %{}
  ]

  @type t :: %__MODULE__{
          key: String.t(),
          size: non_neg_integer(),
          etag: String.t(),
          http_etag: String.t(),
          version: String.t(),
          uploaded: DateTime.t(),
          storage_class: String.t() | nil,
          range: {non_neg_integer(), non_neg_integer()} | nil,
          body: BodyStream.t() | nil,
          http_metadata: ElixirWorkers.R2.http_metadata(),
          custom_metadata: %{optional(String.t()) => String.t()},
          checksums: %{optional(String.t()) => String.t()}
        }

  @texts ~w(content_type content_language content_disposition content_encoding cache_control)a

  @doc false
  @spec new(map()) :: t()
  def new(%{"key" => key, "size" => size, "etag" => etag} = facts) do
    %__MODULE__{
      key: key,
      size: size,
      etag: etag,
      http_etag: facts["http_etag"],
      version: facts["version"],
      uploaded: DateTime.from_unix!(facts["uploaded"], :millisecond),
      storage_class: facts["storage_class"],
      range: facts["range"],
      http_metadata: http_metadata(facts["http_metadata"]),
      custom_metadata: facts["custom_metadata"],
      checksums: facts["checksums"]
    }
  end

  defp http_metadata(given) do
    texts = for name <- @texts, text = given[Atom.to_string(name)], into: %{}, do: {name, text}

    case given do
      %{"cache_expiry" => ms} when is_integer(ms) ->
        Map.put(texts, :cache_expiry, DateTime.from_unix!(ms, :millisecond))

      _without ->
        texts
    end
  end
end

defmodule ElixirWorkers.R2.Upload do
  @moduledoc """
  An upload in parts that has begun: its bucket, key and id, with which any later request can go on.
  """

  @enforce_keys [:bucket, :key, :id]
  defstruct [:bucket, :key, :id]

  @type t :: %__MODULE__{bucket: String.t(), key: String.t(), id: String.t()}
end
