defmodule ElixirWorkers.KV.Fake do
  @moduledoc """
  A KV namespace in memory, for `mix test`: see `ElixirWorkers.Test.put_bindings/1`.

  It answers as `bindings/kv.js` of a worker does. What is written is read at once, which the service does not promise.

  Options:

    * `:clock` - a function of no argument that returns seconds since 1970, by which keys expire: a test that moves its
      own clock need not wait. The clock of the machine by default.
  """

  @behaviour ElixirWorkers.Bindings.Fake

  @impl true
  def start(options) do
    clock = clock(options)
    {:ok, store} = Agent.start_link(fn -> %{} end)

    fn operation, args ->
      now = clock.()
      Agent.get_and_update(store, &answer(operation, args, live(&1, now), now))
    end
  end

  defp clock([]), do: fn -> System.os_time(:second) end
  defp clock(clock: clock) when is_function(clock, 0), do: clock

  defp clock(options) do
    raise ArgumentError,
          "ElixirWorkers.KV.Fake takes clock: a function of no argument, got: #{inspect(options)}"
  end

  # The store: %{key => {bytes, expiration in seconds since 1970 or nil, metadata}}.
  defp live(store, now) do
    :maps.filter(
      fn _key, {_bytes, expiration, _} -> expiration == nil or expiration > now end,
      store
    )
  end

  defp answer("get", [key, _cache_ttl], store, _now) do
    case store do
      %{^key => {bytes, _expiration, _metadata}} -> {{:ok, bytes}, store}
      _none -> {{:ok, nil}, store}
    end
  end

  defp answer("get_with_metadata", [key, _cache_ttl], store, _now) do
    case store do
      %{^key => {bytes, _expiration, metadata}} -> {{:ok, {bytes, metadata}}, store}
      _none -> {{:ok, nil}, store}
    end
  end

  defp answer("get_many", [keys, _type, _cache_ttl], store, _now) do
    found = for key <- Enum.uniq(keys), {bytes, _, _} <- List.wrap(store[key]), do: {key, bytes}
    {{:ok, found}, store}
  end

  defp answer("get_many_with_metadata", [keys, _type, _cache_ttl], store, _now) do
    found =
      for key <- Enum.uniq(keys),
          {bytes, _expiration, metadata} <- List.wrap(store[key]),
          do: {key, bytes, metadata}

    {{:ok, found}, store}
  end

  defp answer("put", [key, bytes, expiration, ttl, metadata], store, now) do
    expiration = if ttl, do: now + ttl, else: expiration
    metadata = if metadata, do: ElixirWorkers.JSON.decode!(metadata)

    if expiration != nil and expiration <= now,
      do: {failed("the expiration #{expiration} is not in the future"), store},
      else: {{:ok, nil}, Map.put(store, key, {bytes, expiration, metadata})}
  end

  defp answer("delete", [key], store, _now), do: {{:ok, nil}, Map.delete(store, key)}

  # A cursor is the last key of the page before.
  defp answer("list", [prefix, limit, cursor], store, _now) do
    names =
      for {name, _entry} <- Enum.sort(store),
          String.starts_with?(name, prefix || ""),
          cursor == nil or name > cursor,
          do: name

    {page, rest} = Enum.split(names, limit || 1000)
    complete = rest == []
    cursor = if not complete, do: List.last(page)
    keys = Enum.map(page, &key_record(&1, store[&1]))
    {{:ok, %{"keys" => keys, "complete" => complete, "cursor" => cursor}}, store}
  end

  defp answer(operation, _args, store, _now) do
    message = "kind \"kv\" has no operation #{inspect(operation)} of these arguments"
    {{:error, %{"code" => "unknown_operation", "message" => message}}, store}
  end

  defp key_record(name, {_bytes, expiration, metadata}),
    do: %{"name" => name, "expiration" => expiration, "metadata" => metadata}

  defp failed(message), do: {:error, %{"code" => "failed", "message" => message}}
end
