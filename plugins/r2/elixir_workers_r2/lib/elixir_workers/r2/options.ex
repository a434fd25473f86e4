defmodule ElixirWorkers.R2.Options do
  @moduledoc false
  # What options may be, and how they cross to `worker/r2.js`: maps with string keys, times in milliseconds.

  alias ElixirWorkers.Bindings

  @max_key_bytes 1024
  @max_list_limit 1000
  @digest_bytes %{md5: 16, sha1: 20, sha256: 32, sha384: 48, sha512: 64}
  @digests Map.keys(@digest_bytes)
  @http_texts ~w(content_type content_language content_disposition content_encoding cache_control)a

  @get %{range: nil, only_if: nil, timeout: :infinity}
  @create %{http_metadata: %{}, custom_metadata: %{}, storage_class: nil, timeout: :infinity}
  @put Map.merge(@create, %{only_if: nil, length: nil})
       |> Map.merge(Map.new(@digests, &{&1, nil}))
  @part %{length: nil, timeout: :infinity}
  @list %{
    prefix: nil,
    delimiter: nil,
    start_after: nil,
    cursor: nil,
    limit: nil,
    include: [],
    timeout: :infinity
  }
  @plain %{timeout: :infinity}

  def get!(opts), do: Bindings.options!(opts, @get, &check/2, "R2.get")
  def put!(opts), do: Bindings.options!(opts, @put, &check/2, "R2.put")
  def create!(opts), do: Bindings.options!(opts, @create, &check/2, "R2.create_upload")
  def part!(opts), do: Bindings.options!(opts, @part, &check/2, "R2.upload_part")
  def list!(opts), do: Bindings.options!(opts, @list, &check/2, "R2.list")
  def plain!(opts, name), do: Bindings.options!(opts, @plain, &check/2, name)

  @doc "The options that cross: all but the timeout, nil left out."
  def to_term(opts) do
    for {name, value} <- opts, name != :timeout, value != nil, into: %{} do
      {Atom.to_string(name), term(name, value)}
    end
  end

  defp term(:range, first..last), do: {first, last - first + 1}
  defp term(:range, {:from, offset}), do: {offset, nil}
  defp term(:range, {:last, bytes}), do: bytes
  defp term(name, values) when name in [:only_if, :http_metadata], do: strings(values)

  defp term(:custom_metadata, values),
    do: Map.new(values, fn {key, text} -> {to_string(key), text} end)

  defp term(:include, names), do: Enum.map(names, &included/1)
  defp term(_name, value), do: value

  defp strings(values) do
    Map.new(values, fn
      {key, %DateTime{} = time} -> {Atom.to_string(key), DateTime.to_unix(time, :millisecond)}
      {key, text} -> {Atom.to_string(key), text}
    end)
  end

  defp included(:http_metadata), do: "httpMetadata"
  defp included(:custom_metadata), do: "customMetadata"

  # Rules

  @doc "What a key must be, or `:ok`."
  @spec key_rule(term()) :: :ok | String.t()
  def key_rule(""), do: "a key must not be empty"

  def key_rule(key) when is_binary(key) and byte_size(key) > @max_key_bytes,
    do: "a key must have at most #{@max_key_bytes} bytes, this one has #{byte_size(key)}"

  def key_rule(key) when is_binary(key),
    do: if(String.valid?(key), do: :ok, else: "a key must be UTF-8: #{inspect(key)}")

  def key_rule(key), do: "a key must be a string, got: #{inspect(key)}"

  defp check(:timeout, value), do: Bindings.check_option(:timeout, value)
  defp check(_name, nil), do: :ok

  defp check(:range, first..last) when first >= 0 and last >= first, do: :ok
  defp check(:range, {:from, offset}) when is_integer(offset) and offset >= 0, do: :ok
  defp check(:range, {:last, bytes}) when is_integer(bytes) and bytes > 0, do: :ok
  defp check(:range, _other), do: "must be first..last, {:from, offset} or {:last, bytes}"

  defp check(:length, length) when is_integer(length) and length >= 0, do: :ok
  defp check(:length, _other), do: "must be bytes"
  defp check(:limit, limit) when limit in 1..@max_list_limit, do: :ok
  defp check(:limit, _other), do: "must be an integer in 1..#{@max_list_limit}"

  defp check(:only_if, conditions) do
    etags? = &(&1 in [:etag_matches, :etag_does_not_match])
    times? = &(&1 in [:uploaded_before, :uploaded_after])

    all?(conditions, fn {key, value} ->
      (etags?.(key) and text?(value)) or (times?.(key) and is_struct(value, DateTime))
    end) ||
      "must have :etag_matches or :etag_does_not_match, an etag, and :uploaded_before or :uploaded_after, a DateTime"
  end

  defp check(:http_metadata, metadata) do
    all?(metadata, fn {key, value} ->
      (key in @http_texts and text?(value)) or
        (key == :cache_expiry and is_struct(value, DateTime))
    end) ||
      "must have strings for #{Enum.map_join(@http_texts, ", ", &inspect/1)}, and a DateTime for :cache_expiry"
  end

  defp check(:custom_metadata, metadata) do
    all?(metadata, fn {key, value} -> (is_atom(key) or text?(key)) and text?(value) end) ||
      "must be a map of strings"
  end

  defp check(:include, names) do
    all?(names, &(&1 in [:http_metadata, :custom_metadata])) ||
      "must be a list of :http_metadata and :custom_metadata"
  end

  defp check(name, digest) when name in @digests do
    length = Map.fetch!(@digest_bytes, name)

    if is_binary(digest) and byte_size(digest) == length,
      do: :ok,
      else: "must be a digest of #{length} bytes"
  end

  defp check(_prefix_or_another_text, text),
    do: if(text?(text), do: :ok, else: "must be a string")

  # `:ok`, or nil for what is no list or map, or has a member that is wrong.
  defp all?(members, check)
       when is_list(members) or (is_map(members) and not is_struct(members)) do
    if Enum.all?(members, &member?(&1, check)), do: :ok
  end

  defp all?(_other, _check), do: nil

  defp member?(member, check) do
    check.(member)
  rescue
    FunctionClauseError -> false
  end

  defp text?(text), do: is_binary(text) and String.valid?(text)
end
