defmodule R2Cases.Cases do
  @moduledoc "What is done, and what it must give. Keys begin with the name of the case, so that none depends on another."

  alias ElixirWorkers.{BindingError, BodyStream, R2}

  @bytes for byte <- 0..255, into: "", do: <<byte>>

  def names, do: Enum.map(all(), &elem(&1, 0))

  def run(name) do
    {_name, run, expected} = List.keyfind(all(), name, 0)
    {run.(), expected}
  end

  defp all,
    do: reading() ++ writing() ++ conditions() ++ ranges() ++ lists() ++ uploads() ++ failures()

  defp reading do
    [
      {"what is not there",
       fn ->
         {R2.get("FILES", "x"), R2.head("FILES", "x"), R2.get!("FILES", "x"),
          R2.head!("FILES", "x")}
       end, {:not_found, :not_found, nil, nil}},
      {"every byte", fn -> put_get("bytes", @bytes) end, @bytes},
      {"nothing is an object", fn -> put_get("empty", "") end, ""},
      {"iodata", fn -> put_get("iodata", ["a", [?b | "c"]]) end, "abc"},
      {"an enumerable", fn -> put_get("enumerable", Stream.map(1..3, &Integer.to_string/1)) end,
       "123"},
      {"an enumerable of known length",
       fn -> put_get("sized", Stream.map(1..3, &Integer.to_string/1), length: 3) end, "123"},
      {"an enumerable of nothing", fn -> put_get("nothing", Stream.map([], & &1)) end, ""},
      {"a body is an enumerable of binaries that is read once",
       fn ->
         R2.put!("FILES", "once", "body")
         object = R2.get!("FILES", "once")
         {Enum.map(object.body, &is_binary/1), object.body.length, object.body.origin}
       end, {[true], 4, "FILES"}},
      {"what there is about an object",
       fn ->
         put = R2.put!("FILES", "about", "hello")
         head = R2.head!("FILES", "about")

         {put == head, head.key, head.size, head.etag, head.http_etag, head.storage_class,
          head.body, head.range, is_binary(head.version), head.uploaded.__struct__}
       end,
       {true, "about", 5, "5d41402abc4b2a76b9719d911017c592",
        "\"5d41402abc4b2a76b9719d911017c592\"", "Standard", nil, nil, true, DateTime}},
      {"buckets are apart",
       fn ->
         R2.put!("FILES", "apart", "1")
         R2.get("OTHER", "apart")
       end, :not_found},
      {"keys of every kind",
       fn ->
         for key <- ["a b", "ü/€", "a?b#c", "%2F", "__proto__", "..", "/"],
             do: put_get(key, key) == key
       end, List.duplicate(true, 7)}
    ]
  end

  defp writing do
    [
      {"metadata",
       fn ->
         expiry = ~U[2030-01-02 03:04:05.000Z]

         http = [
           content_type: "text/plain",
           content_language: "en",
           content_disposition: "inline",
           content_encoding: "identity",
           cache_control: "no-store",
           cache_expiry: expiry
         ]

         R2.put!("FILES", "metadata", "x",
           http_metadata: http,
           custom_metadata: %{"by" => "ada", of: "ü"}
         )

         head = R2.head!("FILES", "metadata")
         {head.http_metadata == Map.new(http), head.custom_metadata}
       end, {true, %{"by" => "ada", "of" => "ü"}}},
      {"a write replaces body and metadata",
       fn ->
         R2.put!("FILES", "twice", "1", custom_metadata: %{"n" => "1"})
         R2.put!("FILES", "twice", "22")
         head = R2.head!("FILES", "twice")
         {head.size, head.custom_metadata}
       end, {2, %{}}},
      {"a digest that holds is kept",
       fn ->
         R2.put!("FILES", "digest", "x", sha256: :crypto.hash(:sha256, "x")).checksums["sha256"]
       end, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
      {"a digest that does not hold",
       fn ->
         {code(R2.put("FILES", "wrong", "x", md5: :crypto.hash(:md5, "y"))),
          R2.head("FILES", "wrong")}
       end, {{"FILES", "put", "bad_digest"}, :not_found}},
      {"delete",
       fn ->
         for key <- ~w(d1 d2 d3), do: R2.put!("FILES", key, key)

         {R2.delete("FILES", "d1"), R2.delete("FILES", ["d2", "d3", "never"]),
          R2.delete("FILES", []), for(key <- ~w(d1 d2 d3), do: R2.head("FILES", key))}
       end, {:ok, :ok, :ok, [:not_found, :not_found, :not_found]}}
    ]
  end

  defp conditions do
    [
      {"a write only if there is nothing",
       fn ->
         only_if = [etag_does_not_match: "*"]
         first = R2.put("FILES", "new", "1", only_if: only_if)
         {elem(first, 0), code(R2.put("FILES", "new", "2", only_if: only_if)), text("new")}
       end, {:ok, {"FILES", "put", "precondition_failed"}, "1"}},
      {"a write only over what was read",
       fn ->
         etag = R2.put!("FILES", "cas", "1").etag
         R2.put!("FILES", "cas", "2", only_if: [etag_matches: etag])
         {code(R2.put("FILES", "cas", "3", only_if: [etag_matches: etag])), text("cas")}
       end, {{"FILES", "put", "precondition_failed"}, "2"}},
      {"an enumerable whose write is refused is not read to its end",
       fn ->
         R2.put!("FILES", "unread", "1")
         body = Stream.map(1..100, fn _ -> "1234567890" end)
         opts = [length: 1000, only_if: [etag_matches: "other"]]
         {code(R2.put("FILES", "unread", body, opts)), text("unread")}
       end, {{"FILES", "put", "precondition_failed"}, "1"}},
      {"a read that is not needed",
       fn ->
         etag = R2.put!("FILES", "known", "body").etag
         known = R2.get!("FILES", "known", only_if: [etag_does_not_match: etag])
         other = R2.get!("FILES", "known", only_if: [etag_does_not_match: "other"])
         {known.body, known.etag == etag, Enum.to_list(other.body)}
       end, {nil, true, ["body"]}},
      {"times",
       fn ->
         R2.put!("FILES", "time", "body")
         {past, future} = {~U[2001-01-01 00:00:00Z], ~U[2101-01-01 00:00:00Z]}

         for condition <- [
               [uploaded_before: past],
               [uploaded_before: future],
               [uploaded_after: past],
               [uploaded_after: future]
             ],
             do: R2.get!("FILES", "time", only_if: condition).body != nil
       end, [false, true, true, false]}
    ]
  end

  defp ranges do
    [
      {"ranges",
       fn ->
         R2.put!("FILES", "range", "0123456789")

         for range <- [0..3, 4..4, 8..100, {:from, 7}, {:last, 2}, {:last, 100}] do
           object = R2.get!("FILES", "range", range: range)
           {:ok, text} = BodyStream.read_all(object.body, 100)
           {text, object.range, object.size, object.body.length}
         end
       end,
       [
         {"0123", {0, 4}, 10, 4},
         {"4", {4, 1}, 10, 1},
         {"89", {8, 2}, 10, 2},
         {"789", {7, 3}, 10, 3},
         {"89", {8, 2}, 10, 2},
         {"0123456789", {0, 10}, 10, 10}
       ]},
      {"a range behind the end",
       fn ->
         R2.put!("FILES", "short", "0123456789")
         for range <- [10..20, {:from, 11}], do: code(R2.get("FILES", "short", range: range))
       end, List.duplicate({"FILES", "get", "range_not_satisfiable"}, 2)}
    ]
  end

  defp lists do
    [
      {"lists by prefix, in the order of keys",
       fn ->
         for key <- ~w(l/b l/a l/c/1 l/c/2 l/d/3 m),
             do: R2.put!("FILES", key, "x", custom_metadata: %{"k" => key})

         whole = R2.list!("FILES", prefix: "l/")
         folders = R2.list!("FILES", prefix: "l/", delimiter: "/")
         later = R2.list!("FILES", prefix: "l/", start_after: "l/b")
         {keys(whole), whole.prefixes, whole.cursor, keys(folders), folders.prefixes, keys(later)}
       end,
       {~w(l/a l/b l/c/1 l/c/2 l/d/3), [], nil, ~w(l/a l/b), ~w(l/c/ l/d/), ~w(l/c/1 l/c/2 l/d/3)}},
      {"pages follow their cursors",
       fn ->
         for n <- 1..5, do: R2.put!("FILES", "page/#{n}", "x")
         first = R2.list!("FILES", prefix: "page/", limit: 2)
         second = R2.list!("FILES", prefix: "page/", limit: 2, cursor: first.cursor)
         all = "FILES" |> R2.stream(prefix: "page/", limit: 2) |> Enum.map(& &1.key)
         {keys(first), keys(second), second.cursor == nil, all}
       end,
       {~w(page/1 page/2), ~w(page/3 page/4), false, ~w(page/1 page/2 page/3 page/4 page/5)}},
      {"what a list includes",
       fn ->
         R2.put!("FILES", "include/1", "x",
           custom_metadata: %{"k" => "v"},
           http_metadata: %{content_type: "a/b"}
         )

         [all] =
           R2.list!("FILES", prefix: "include/", include: [:http_metadata, :custom_metadata]).objects

         {all.http_metadata, all.custom_metadata}
       end, {%{content_type: "a/b"}, %{"k" => "v"}}}
    ]
  end

  defp uploads do
    [
      {"an upload in parts, in any order",
       fn ->
         upload = R2.create_upload!("FILES", "parts", http_metadata: [content_type: "a/b"])
         part = Stream.map(1..80, fn _n -> :binary.copy("x", 65_536) end)
         last = R2.upload_part!(upload, 2, "end")

         first =
           R2.upload_part!(%R2.Upload{bucket: "FILES", key: "parts", id: upload.id}, 1, part,
             length: 5_242_880
           )

         object = R2.complete_upload!(upload, [last, first])
         {:ok, tail} = BodyStream.read_all(R2.get!("FILES", "parts", range: {:last, 4}).body, 4)
         {object.size, tail, R2.head!("FILES", "parts").http_metadata}
       end, {5 * 1024 * 1024 + 3, "xend", %{content_type: "a/b"}}},
      {"an upload that is given up",
       fn ->
         upload = R2.create_upload!("FILES", "given-up")
         R2.upload_part!(upload, 1, "x")

         {R2.abort_upload(upload), code(R2.upload_part(upload, 2, "y")),
          R2.head("FILES", "given-up")}
       end, {:ok, {"FILES", "upload_part", "no_such_upload"}, :not_found}},
      {"parts that are too small, and a part that is not there",
       fn ->
         upload = R2.create_upload!("FILES", "small-parts")
         parts = for n <- 1..2, do: R2.upload_part!(upload, n, "x")

         {code(R2.complete_upload(upload, parts)),
          code(R2.complete_upload(upload, [{3, "nothing"}]))}
       end,
       {{"FILES", "complete_upload", "part_too_small"},
        {"FILES", "complete_upload", "invalid_part"}}}
    ]
  end

  defp failures do
    [
      {"keys that are none",
       fn ->
         for key <- ["", <<255>>, String.duplicate("k", 1025), 1], do: code(R2.get("FILES", key))
       end, List.duplicate({"FILES", "get", :invalid_key}, 4)},
      {"buckets that are not configured",
       fn -> for name <- ["NOPE", "", "constructor"], do: code(R2.put(name, "key", "x")) end,
       for(name <- ["NOPE", "", "constructor"], do: {name, "put", :unknown_binding})},
      {"options that are wrong",
       fn ->
         for opts <- [
               [range: 3..1],
               [range: {:last, 0}],
               [only_if: [etag: "x"]],
               [only_if: [uploaded_before: 1]],
               [size: 1]
             ],
             do: raised(fn -> R2.get("FILES", "x", opts) end)
       end, List.duplicate(ArgumentError, 5)},
      {"options of writes that are wrong",
       fn ->
         for opts <- [
               [http_metadata: [type: "x"]],
               [http_metadata: "x"],
               [custom_metadata: %{"a" => 1}],
               [md5: "short"],
               [length: -1]
             ],
             do: raised(fn -> R2.put("FILES", "x", "y", opts) end)
       end, List.duplicate(ArgumentError, 5)},
      {"the message names bucket, operation and cause",
       fn -> Exception.message(elem(R2.get("FILES", ""), 1)) end,
       "binding FILES, get: a key must not be empty (invalid_key)"},
      {"failures are raised by the twins", fn -> raised(fn -> R2.get!("NOPE", "key") end) end,
       BindingError}
    ]
  end

  # Helpers

  defp put_get(key, body, opts \\ []) do
    R2.put!("FILES", key, body, opts)
    text(key)
  end

  defp text(key), do: "FILES" |> R2.get!(key) |> Map.fetch!(:body) |> Enum.join()

  defp keys(page), do: Enum.map(page.objects, & &1.key)

  defp code({:error, %BindingError{} = error}), do: {error.binding, error.operation, error.code}
  defp code(other), do: other

  defp raised(run) do
    run.()
  rescue
    error -> error.__struct__
  end
end
