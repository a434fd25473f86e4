defmodule ElixirWorkers.R2.Fake do
  @moduledoc """
  A bucket in memory, for `mix test`: see `ElixirWorkers.Test.put_bindings/1`.

      put_bindings(%{"PHOTOS" => ElixirWorkers.R2.Fake})

  It answers as `worker/r2.js` does, and keeps bodies whole. Option: `:clock`, a function of no argument that returns
  milliseconds since 1970, the time of a write; the clock of the machine by default.
  """

  @behaviour ElixirWorkers.Bindings.Fake

  # Of the service.
  @min_part_bytes 5 * 1024 * 1024
  @digests ~w(md5 sha1 sha256 sha384 sha512)

  # The store: %{key => {facts, bytes}}, and uploads that have begun: %{id => {key, options, %{number => {etag, bytes}}}}.
  @impl true
  def start(options) do
    clock = Keyword.get(options, :clock, fn -> System.os_time(:millisecond) end)
    {:ok, store} = Agent.start_link(fn -> %{objects: %{}, uploads: %{}, writes: 0} end)

    fn operation, args ->
      now = clock.()
      Agent.get_and_update(store, &answer(operation, args, &1, now))
    end
  end

  defp answer("head", [key], store, _now) do
    case store.objects do
      %{^key => {facts, _bytes}} -> {{:ok, facts}, store}
      _none -> {{:ok, nil}, store}
    end
  end

  defp answer("get", [key, options], store, _now) do
    case store.objects do
      %{^key => {facts, bytes}} -> {read(facts, bytes, options), store}
      _none -> {{:ok, nil}, store}
    end
  end

  defp answer("put", [key, bytes, options], store, now) do
    {facts, _bytes} = Map.get(store.objects, key, {nil, nil})

    with :ok <- digest_holds(bytes, options),
         true <- holds?(options["only_if"], facts) do
      write(store, key, bytes, digest(bytes), options, now)
    else
      false -> {{:ok, nil}, store}
      {:error, _reason} = error -> {error, store}
    end
  end

  defp answer("delete", [keys], store, _now),
    do: {{:ok, nil}, %{store | objects: Map.drop(store.objects, keys)}}

  defp answer("list", [options], store, _now), do: {{:ok, page(store.objects, options)}, store}

  defp answer("create_upload", [key, options], store, _now) do
    id = "upload-#{map_size(store.uploads) + 1}"
    {{:ok, id}, put_in(store.uploads[id], {key, options, %{}})}
  end

  defp answer("upload_part", [key, id, number, bytes, _length], store, _now) do
    etag = digest([bytes, "-#{number}"])

    with_upload(store, key, id, fn options, parts ->
      {{:ok, etag},
       put_in(store.uploads[id], {key, options, Map.put(parts, number, {etag, bytes})})}
    end)
  end

  defp answer("complete_upload", [key, id, wanted], store, now) do
    with_upload(store, key, id, fn options, parts ->
      given = for {number, etag} <- wanted, {^etag, bytes} <- [parts[number]], do: bytes

      cond do
        length(given) != length(wanted) ->
          {failed("invalid_part", "a part is not there"), store}

        Enum.any?(Enum.drop(given, -1), &(byte_size(&1) < @min_part_bytes)) ->
          {failed("part_too_small", "a part is smaller than 5 MiB"), store}

        true ->
          etag = "#{digest(given)}-#{length(given)}"
          store = %{store | uploads: Map.delete(store.uploads, id)}
          write(store, key, IO.iodata_to_binary(given), etag, options, now)
      end
    end)
  end

  defp answer("abort_upload", [_key, id], store, _now),
    do: {{:ok, nil}, %{store | uploads: Map.delete(store.uploads, id)}}

  defp answer(operation, _args, store, _now) do
    message = "kind \"r2\" has no operation #{inspect(operation)} of these arguments"
    {failed("unknown_operation", message), store}
  end

  defp with_upload(store, key, id, fun) do
    case store.uploads do
      %{^id => {^key, options, parts}} -> fun.(options, parts)
      _none -> {failed("no_such_upload", "the upload does not exist"), store}
    end
  end

  # Reading

  defp read(facts, bytes, options) do
    if holds?(options["only_if"], facts),
      do: read_range(facts, bytes, options["range"]),
      else: {:ok, {facts, nil}}
  end

  defp read_range(facts, bytes, nil), do: {:ok, {facts, bytes}}

  defp read_range(facts, bytes, last) when is_integer(last) do
    length = min(last, byte_size(bytes))
    read_part(facts, bytes, byte_size(bytes) - length, length)
  end

  defp read_range(_facts, bytes, {offset, _length}) when offset >= byte_size(bytes),
    do: failed("range_not_satisfiable", "the range begins behind the end")

  defp read_range(facts, bytes, {offset, length}) do
    rest = byte_size(bytes) - offset
    read_part(facts, bytes, offset, min(length || rest, rest))
  end

  defp read_part(facts, bytes, offset, length),
    do: {:ok, {Map.put(facts, "range", {offset, length}), binary_part(bytes, offset, length)}}

  defp holds?(nil, _facts), do: true

  defp holds?(condition, facts),
    do: Enum.all?(condition, fn {name, value} -> condition?(name, value, facts) end)

  defp condition?("etag_matches", "*", facts), do: facts != nil
  defp condition?("etag_matches", etag, facts), do: facts != nil and facts["etag"] == etag
  defp condition?("etag_does_not_match", "*", facts), do: facts == nil

  defp condition?("etag_does_not_match", etag, facts),
    do: facts == nil or facts["etag"] != etag

  defp condition?("uploaded_before", time, facts), do: facts != nil and facts["uploaded"] < time
  defp condition?("uploaded_after", time, facts), do: facts != nil and facts["uploaded"] > time

  # Writing

  defp digest_holds(bytes, options) do
    Enum.find_value(@digests, :ok, fn name ->
      given = options[name]

      if given != nil and given != :crypto.hash(algorithm(name), bytes),
        do: failed("bad_digest", "the #{name} of the body is another")
    end)
  end

  defp algorithm("sha1"), do: :sha
  defp algorithm(name), do: String.to_existing_atom(name)

  defp write(store, key, bytes, etag, options, now) do
    facts = %{
      "key" => key,
      "size" => byte_size(bytes),
      "etag" => etag,
      "http_etag" => ~s("#{etag}"),
      "version" => Integer.to_string(store.writes + 1),
      "uploaded" => now,
      "storage_class" => options["storage_class"] || "Standard",
      "http_metadata" => options["http_metadata"] || %{},
      "custom_metadata" => options["custom_metadata"] || %{},
      "checksums" => checksums(bytes, etag, options)
    }

    objects = Map.put(store.objects, key, {facts, bytes})
    {{:ok, facts}, %{store | objects: objects, writes: store.writes + 1}}
  end

  # An object of parts has no md5 of the whole.
  defp checksums(bytes, etag, options) do
    own = if String.contains?(etag, "-"), do: %{}, else: %{"md5" => digest(bytes)}
    given = for name <- @digests, digest = options[name], do: {name, hex(digest)}
    Map.merge(own, Map.new(given))
  end

  defp digest(bytes), do: :md5 |> :crypto.hash(bytes) |> hex()
  defp hex(bytes), do: Base.encode16(bytes, case: :lower)

  # Lists. A cursor is the last key, or prefix, of the page before.
  defp page(objects, options) do
    prefix = options["prefix"] || ""
    after_key = options["cursor"] || options["start_after"]

    entries =
      objects
      |> Enum.sort()
      |> Enum.filter(fn {key, _object} -> String.starts_with?(key, prefix) end)
      |> Enum.map(&entry(&1, prefix, options["delimiter"]))
      |> Enum.dedup_by(fn {kind, name, _facts} -> {kind, name} end)
      |> Enum.filter(fn {_kind, name, _facts} -> after_key == nil or name > after_key end)

    {page, rest} = Enum.split(entries, options["limit"] || 1000)

    %{
      "objects" =>
        for({:object, _key, facts} <- page, do: listed(facts, options["include"] || [])),
      "prefixes" => for({:prefix, name, _facts} <- page, do: name),
      "cursor" => if(rest != [], do: page |> List.last() |> elem(1))
    }
  end

  defp entry({key, {facts, _bytes}}, prefix, delimiter) do
    rest = String.replace_prefix(key, prefix, "")

    case delimiter && String.split(rest, delimiter, parts: 2) do
      [folder, _below] -> {:prefix, prefix <> folder <> delimiter, nil}
      _no_folder -> {:object, key, facts}
    end
  end

  defp listed(facts, include) do
    facts
    |> then(&if "httpMetadata" in include, do: &1, else: %{&1 | "http_metadata" => %{}})
    |> then(&if "customMetadata" in include, do: &1, else: %{&1 | "custom_metadata" => %{}})
  end

  defp failed(code, message), do: {:error, %{"code" => code, "message" => message}}
end
