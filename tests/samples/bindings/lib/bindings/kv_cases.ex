defmodule Bindings.KVCases do
  @moduledoc false
  import Bindings.Cases, only: [raised: 1, code: 1]
  alias ElixirWorkers.KV

  @bytes for byte <- 0..255, into: "", do: <<byte>>

  def all,
    do: values() ++ many() ++ metadata() ++ lists() ++ keys() ++ failures() ++ rounds() ++ conn()

  defp values do
    [
      {"kv: a missing key", fn -> {KV.get("CACHE", "missing"), KV.get!("CACHE", "missing")} end,
       {:not_found, nil}},
      {"kv: a missing key with metadata",
       fn ->
         {KV.get_with_metadata("CACHE", "missing"), KV.get_with_metadata!("CACHE", "missing")}
       end, {:not_found, nil}},
      {"kv: text", fn -> put_get("text", "naïve €\u0000\uFEFF") end,
       {:ok, "naïve €\u0000\uFEFF"}},
      {"kv: nothing is a value", fn -> put_get("empty", "") end, {:ok, ""}},
      {"kv: iodata", fn -> put_get("iodata", ["a", [?b | "c"]]) end, {:ok, "abc"}},
      {"kv: every byte", fn -> put_get("bytes", @bytes, type: :binary) end, {:ok, @bytes}},
      {"kv: a megabyte",
       fn ->
         put_get("large", String.duplicate(@bytes, 4096), type: :binary) ==
           {:ok, String.duplicate(@bytes, 4096)}
       end, true},
      {"kv: bytes are not read as text", fn -> code(put_get("bytes-text", @bytes)) end,
       {"CACHE", "get", :not_text}},
      {"kv: json", fn -> put_json("json", %{"a" => [1, 2.5, nil, true], "ü" => %{}}) end,
       {:ok, %{"a" => [1, 2.5, nil, true], "ü" => %{}}}},
      {"kv: null is not missing", fn -> put_json("null", nil) end, {:ok, nil}},
      {"kv: text that is not json", fn -> code(put_get("not-json", "{", type: :json)) end,
       {"CACHE", "get", :not_json}},
      {"kv: a value replaces the one before",
       fn ->
         KV.put!("CACHE", "twice", "1", metadata: %{n: 1})
         KV.put!("CACHE", "twice", "2")
         KV.get_with_metadata("CACHE", "twice")
       end, {:ok, {"2", nil}}},
      {"kv: delete",
       fn ->
         KV.put!("CACHE", "deleted", "1")

         [
           KV.delete("CACHE", "deleted"),
           KV.delete("CACHE", "deleted"),
           KV.get("CACHE", "deleted")
         ]
       end, [:ok, :ok, :not_found]},
      {"kv: namespaces are apart",
       fn ->
         KV.put!("CACHE", "shared", "1")
         [KV.get("OTHER", "shared"), KV.put("OTHER", "shared", "2"), KV.get("CACHE", "shared")]
       end, [:not_found, :ok, {:ok, "1"}]},
      {"kv: cache ttl",
       fn ->
         KV.put!("CACHE", "cached", "1")
         [KV.get("CACHE", "cached", cache_ttl: 60), KV.get("CACHE", ["cached"], cache_ttl: 60)]
       end, [{:ok, "1"}, {:ok, %{"cached" => "1"}}]}
    ]
  end

  defp put_get(key, value, opts \\ []) do
    :ok = KV.put("CACHE", key, value)
    KV.get("CACHE", key, opts)
  end

  defp put_json(key, term) do
    :ok = KV.put("CACHE", key, term, type: :json)
    KV.get("CACHE", key, type: :json)
  end

  defp many do
    [
      {"kv: many texts, those that are there",
       fn ->
         for key <- ["m1", "m2", "x,y", "z", "y,z"], do: KV.put!("CACHE", key, "value of " <> key)
         KV.get("CACHE", ["m1", "missing", "m2", "m1"])
       end, {:ok, %{"m1" => "value of m1", "m2" => "value of m2"}}},
      {"kv: many, none", fn -> {KV.get("CACHE", []), KV.get("CACHE", ["no", "none"])} end,
       {{:ok, %{}}, {:ok, %{}}}},
      {"kv: many bytes",
       fn ->
         KV.put!("CACHE", "mb", @bytes)
         KV.get("CACHE", ["mb", "missing"], type: :binary)
       end, {:ok, %{"mb" => @bytes}}},
      {"kv: many json",
       fn ->
         KV.put!("CACHE", "mj", [1.5], type: :json)
         KV.get("CACHE", ["mj"], type: :json)
       end, {:ok, %{"mj" => [1.5]}}},
      {"kv: many, one of them no text",
       fn ->
         KV.put!("CACHE", "mt1", "text")
         KV.put!("CACHE", "mt2", @bytes)
         code(KV.get("CACHE", ["mt1", "mt2"]))
       end, {"CACHE", "get_many", :not_text}},
      {"kv: many, one of them with a replacement character of its own",
       fn ->
         KV.put!("CACHE", "mr", "\uFFFD")
         KV.get("CACHE", ["mr"])
       end, {:ok, %{"mr" => "\uFFFD"}}},
      {"kv: many, one of them with a byte order mark",
       fn ->
         mark = "\uFEFFa\uFEFF"
         KV.put!("CACHE", "mo", mark)
         {:ok, ^mark} = KV.get("CACHE", "mo")
         KV.get("CACHE", ["mo"], type: :binary)
       end, {:ok, %{"mo" => "\uFEFFa\uFEFF"}}},
      {"kv: more than one bulk read holds",
       fn ->
         keys = for n <- 1..120, do: "bulk-#{n}"
         Enum.each(keys, &KV.put!("CACHE", &1, &1))
         KV.get!("CACHE", keys) == Map.new(keys, &{&1, &1})
       end, true}
    ]
  end

  defp metadata do
    now = System.os_time(:second)

    [
      {"kv: metadata",
       fn ->
         KV.put!("CACHE", "meta", "v", metadata: %{by: "ada", n: [1, 2.5, nil]})
         KV.get_with_metadata("CACHE", "meta")
       end, {:ok, {"v", %{"by" => "ada", "n" => [1, 2.5, nil]}}}},
      {"kv: many with metadata",
       fn ->
         KV.put!("CACHE", "meta-1", "1", metadata: %{n: 1})
         KV.put!("CACHE", "meta-2", "2")
         KV.get_with_metadata("CACHE", ["meta-1", "meta-2", "missing"])
       end, {:ok, %{"meta-1" => {"1", %{"n" => 1}}, "meta-2" => {"2", nil}}}},
      {"kv: bytes with metadata",
       fn ->
         KV.put!("CACHE", "meta-bytes", @bytes, metadata: "text")

         {KV.get_with_metadata("CACHE", "meta-bytes", type: :binary),
          KV.get_with_metadata("CACHE", ["meta-bytes"], type: :binary)}
       end, {{:ok, {@bytes, "text"}}, {:ok, %{"meta-bytes" => {@bytes, "text"}}}}},
      {"kv: metadata that counts for nothing elsewhere",
       fn ->
         for {key, metadata} <- [{"meta:a", false}, {"meta:b", 0}, {"meta:c", ""}, {"meta:d", []}] do
           KV.put!("CACHE", key, "v", metadata: metadata)
           {"v", one} = KV.get_with_metadata!("CACHE", key)
           %{^key => {"v", of_many}} = KV.get_with_metadata!("CACHE", [key])
           %{^key => {"v", of_bytes}} = KV.get_with_metadata!("CACHE", [key], type: :binary)
           [%{metadata: listed}] = KV.list!("CACHE", prefix: key).keys
           [one, of_many, of_bytes, listed]
         end
       end, for(metadata <- [false, 0, "", []], do: List.duplicate(metadata, 4))},
      {"kv: metadata that is as large as it may be",
       fn ->
         KV.put!("CACHE", "meta-full", "v", metadata: String.duplicate("x", 1022))
         {"v", metadata} = KV.get_with_metadata!("CACHE", "meta-full")
         String.length(metadata)
       end, 1022},
      {"kv: metadata that is too large",
       fn ->
         raised(fn -> KV.put("CACHE", "k", "v", metadata: String.duplicate("x", 1023)) end)
       end, {ArgumentError, "KV.put: :metadata must be at most 1024 bytes of JSON, got 1025"}},
      {"kv: expiration, as seconds and as a time",
       fn ->
         KV.put!("CACHE", "ends-1", "v", expiration: now + 1000)
         KV.put!("CACHE", "ends-2", "v", expiration: DateTime.from_unix!(now + 2000))

         for %{expiration: expiration} <- KV.list!("CACHE", prefix: "ends-").keys,
             do: expiration - now
       end, [1000, 2000]},
      {"kv: expiration ttl",
       fn ->
         KV.put!("CACHE", "ttl", "v", expiration_ttl: 3600, metadata: 7)

         [%{name: "ttl", metadata: 7, expiration: expiration}] =
           KV.list!("CACHE", prefix: "ttl").keys

         abs(expiration - System.os_time(:second) - 3600) < 30
       end, true}
    ]
  end

  defp lists do
    [
      {"kv: list by prefix, in the order of bytes",
       fn ->
         for key <- ["list:b", "list:a", "list:ü", "list:a:1", "lisu"],
             do: KV.put!("CACHE", key, "")

         {:ok, page} = KV.list("CACHE", prefix: "list:")
         {for(%{name: name, metadata: nil} <- page.keys, do: name), page.complete, page.cursor}
       end, {["list:a", "list:a:1", "list:b", "list:ü"], true, nil}},
      {"kv: pages follow their cursors",
       fn ->
         for n <- 1..7, do: KV.put!("CACHE", "page:#{n}", "")
         first = KV.list!("CACHE", prefix: "page:", limit: 3)
         second = KV.list!("CACHE", prefix: "page:", limit: 3, cursor: first.cursor)
         third = KV.list!("CACHE", prefix: "page:", limit: 3, cursor: second.cursor)
         for page <- [first, second, third], do: {Enum.map(page.keys, & &1.name), page.complete}
       end,
       [
         {["page:1", "page:2", "page:3"], false},
         {["page:4", "page:5", "page:6"], false},
         {["page:7"], true}
       ]},
      {"kv: a stream over all pages",
       fn ->
         for n <- 10..17, do: KV.put!("CACHE", "stream:#{n}", "", metadata: n)
         KV.put!("CACHE", "streams", "", metadata: :beside)
         "CACHE" |> KV.stream(prefix: "stream:", limit: 3) |> Enum.map(& &1.metadata)
       end, Enum.to_list(10..17)},
      {"kv: a stream asks when it is read, and raises then",
       fn ->
         stream = KV.stream("NOPE")
         {is_function(stream, 2), elem(raised(fn -> Enum.to_list(stream) end), 0)}
       end, {true, ElixirWorkers.BindingError}},
      {"kv: nothing listed", fn -> KV.list("CACHE", prefix: "no such prefix") end,
       {:ok, %{keys: [], complete: true, cursor: nil}}}
    ]
  end

  defp keys do
    long = String.duplicate("é", 256)

    [
      {"kv: keys of every kind",
       fn ->
         keys = [
           "a:b",
           "a/b?c#d",
           "%2e",
           "a b",
           "😀",
           "constructor",
           "__proto__",
           long,
           "...",
           "\n"
         ]

         Enum.each(keys, &KV.put!("CACHE", &1, "value of " <> &1))

         {Enum.all?(keys, &(KV.get!("CACHE", &1) == "value of " <> &1)),
          KV.get!("CACHE", keys) == Map.new(keys, &{&1, "value of " <> &1})}
       end, {true, true}},
      {"kv: keys that cannot be",
       fn ->
         for key <- ["", ".", "..", long <> "x", <<255>>, :a] do
           {:error, error} = KV.get("CACHE", key)
           {error.code, error.message}
         end
       end,
       [
         invalid_key: "a key must not be empty",
         invalid_key: ~s(a key must not be "."),
         invalid_key: ~s(a key must not be ".."),
         invalid_key: "a key must have at most 512 bytes, this one has 513",
         invalid_key: "a key must be UTF-8: <<255>>",
         invalid_key: "a key must be a string, got: :a"
       ]},
      {"kv: a key that cannot be, among many and in writes",
       fn ->
         Enum.map(
           [KV.get("CACHE", ["a", ""]), KV.put("CACHE", "", "v"), KV.delete("CACHE", ".")],
           &code/1
         )
       end,
       [
         {"CACHE", "get_many", :invalid_key},
         {"CACHE", "put", :invalid_key},
         {"CACHE", "delete", :invalid_key}
       ]},
      {"kv: lists of keys do not collide",
       fn ->
         for key <- ["x,y", "z", "x", "y,z"], do: KV.put!("CACHE", key, "<" <> key <> ">")

         tasks =
           for keys <- [["x,y", "z"], ["x", "y,z"]],
               do: Task.async(fn -> KV.get!("CACHE", keys) end)

         Task.await_many(tasks)
       end, [%{"x,y" => "<x,y>", "z" => "<z>"}, %{"x" => "<x>", "y,z" => "<y,z>"}]},
      {"kv: lists with different limits and cursors do not collide",
       fn ->
         for n <- 1..4, do: KV.put!("CACHE", "apart:#{n}", "")
         %{cursor: cursor} = KV.list!("CACHE", prefix: "apart:", limit: 2)

         [[limit: 1], [limit: 2], [limit: 2, cursor: cursor], []]
         |> Enum.map(fn opts ->
           Task.async(fn -> KV.list!("CACHE", [prefix: "apart:"] ++ opts) end)
         end)
         |> Task.await_many()
         |> Enum.map(fn page -> Enum.map_join(page.keys, &String.last(&1.name)) end)
       end, ["1", "12", "34", "1234"]}
    ]
  end

  defp failures do
    [
      {"kv: names that are not configured",
       fn ->
         for name <- ["NOPE", "constructor", "__proto__", "toString", "", "cache"],
             do: code(KV.get(name, "k"))
       end,
       for(
         name <- ["NOPE", "constructor", "__proto__", "toString", "", "cache"],
         do: {name, "get", :unknown_binding}
       )},
      {"kv: every call to what is not configured",
       fn ->
         Enum.map(
           [
             KV.get("NOPE", ["a"]),
             KV.get_with_metadata("NOPE", "a"),
             KV.put("NOPE", "a", "b"),
             KV.delete("NOPE", "a"),
             KV.list("NOPE")
           ],
           &code/1
         )
       end,
       for(
         operation <- ~w(get_many get_with_metadata put delete list),
         do: {"NOPE", operation, :unknown_binding}
       )},
      {"kv: another kind of binding", fn -> code(KV.put("DB", "k", "v")) end,
       {"DB", "put", :unknown_operation}},
      {"kv: a write that fails",
       fn -> code(KV.put("CACHE", "past", "v", expiration: 1_000_000_000)) end,
       {"CACHE", "put", :failed}},
      {"kv: a failed write wrote nothing",
       fn ->
         KV.put("CACHE", "past-2", "v", expiration: 1_000_000_000)
         KV.get("CACHE", "past-2")
       end, :not_found},
      {"kv: the message names binding, operation and cause",
       fn -> raised(fn -> KV.get!("NOPE", "k") end) end,
       {ElixirWorkers.BindingError,
        "binding NOPE, get: no binding of this name is configured (unknown_binding)"}},
      {"kv: wrong options",
       fn ->
         for run <- [
               fn -> KV.get("CACHE", "k", typ: :json) end,
               fn -> KV.get("CACHE", "k", type: "json") end,
               fn -> KV.get("CACHE", "k", cache_ttl: 0) end,
               fn -> KV.put("CACHE", "k", "v", expiration_ttl: 59) end,
               fn -> KV.put("CACHE", "k", "v", expiration: 1, expiration_ttl: 60) end,
               fn -> KV.put("CACHE", "k", "v", expiration: 0) end,
               fn -> KV.put("CACHE", "k", "v", await: nil) end,
               fn -> KV.put("CACHE", "k", {:a, 1}) end,
               fn -> KV.list("CACHE", limit: 1001) end,
               fn -> KV.list("CACHE", %{}) end,
               fn -> KV.get("CACHE", "k", timeout: -1) end
             ] do
           {ArgumentError, message} = raised(run)
           message
         end
       end,
       [
         "KV.get has no option :typ; it has :cache_ttl, :timeout, :type",
         ~s(KV.get: :type must be one of [:text, :binary, :json], got: "json"),
         "KV.get: :cache_ttl must be a positive integer, got: 0",
         "KV.put: :expiration_ttl must be an integer of at least 60 seconds, got: 59",
         "KV.put takes :expiration or :expiration_ttl, not both",
         "KV.put: :expiration must be seconds since 1970 or a DateTime, got: 0",
         "KV.put: :await must be true or false, got: nil",
         "KV.put: a value must be a string or iodata, or any term with type: :json; got: {:a, 1}",
         "KV.list: :limit must be an integer in 1..1000, got: 1001",
         "KV.list: options must be a keyword list, got: %{}",
         "KV.get: :timeout must be milliseconds or :infinity, got: -1"
       ]}
    ]
  end

  defp rounds do
    [
      {"kv: reads of tasks",
       fn ->
         for n <- 1..20, do: KV.put!("CACHE", "task-#{n}", "#{n}")

         1..20
         |> Enum.map(&Task.async(fn -> KV.get!("CACHE", "task-#{&1}") end))
         |> Task.await_many()
       end, Enum.map(1..20, &"#{&1}")},
      {"kv: an answer leaves nothing in the mailbox",
       fn ->
         KV.get("CACHE", "k")
         KV.put("CACHE", "k", "v")
         receive(do: (message -> message), after: (20 -> :nothing))
       end, :nothing},
      {"kv: other messages wait their turn",
       fn ->
         send(self(), :before)
         KV.put!("CACHE", "between", "v")
         receive(do: (message -> message), after: (0 -> :lost))
       end, :before}
    ]
  end

  defp conn do
    conn = ElixirWorkers.Conn.new(%{}, "") |> elem(1)

    [
      {"kv: with a conn",
       fn ->
         ^conn = KV.put(conn, "CACHE", "conn", "v")
         ^conn = KV.put(conn, "CACHE", "conn-m", "v", metadata: %{n: 1})
         {^conn, value} = KV.get(conn, "CACHE", "conn")
         {^conn, missing} = KV.get(conn, "CACHE", "missing")
         {^conn, found} = KV.get_with_metadata(conn, "CACHE", "conn-m")
         {^conn, %{keys: keys}} = KV.list(conn, "CACHE", prefix: "conn")
         {^conn, %{keys: [_ | _]}} = KV.list(conn, "CACHE")
         ^conn = KV.delete(conn, "CACHE", "conn")
         {value, missing, found, Enum.map(keys, & &1.name), KV.get("CACHE", "conn")}
       end,
       {"v", nil, %{"value" => "v", "metadata" => %{"n" => 1}}, ["conn", "conn-m"], :not_found}},
      {"kv: with a conn, a failure is raised",
       fn -> raised(fn -> KV.get(conn, "NOPE", "k") end) |> elem(0) end,
       ElixirWorkers.BindingError}
    ]
  end
end
