defmodule Oracle.StreamResources do
  # What a stream opens it closes: at the end, when the consumer stops early, when anything raises, throws or exits, nested,
  # zipped and suspended; and in which order all of that happens.
  def start do
    for {name, consume} <- consumers() do
      IO.puts("#{name}:")
      result = attempt(fn -> consume.(resource("r", 1..4)) end)
      IO.puts("  = #{inspect(result)}")
    end

    failing()
    nested()
    suspended()
    transforms()
    lists()
  end

  defp resource(name, items) do
    Stream.resource(
      fn -> log("open #{name}", Enum.to_list(items)) end,
      fn
        [] -> log("#{name} is empty", {:halt, []})
        [:raise | _] -> raise "in #{name}"
        [:throw | _] -> throw("in #{name}")
        [item | rest] -> log("#{name} gives #{inspect(item)}", {[item], rest})
      end,
      fn rest -> log("close #{name} with #{inspect(rest)}", :closed) end
    )
  end

  defp log(text, value) do
    IO.puts("  " <> text)
    value
  end

  defp attempt(fun) do
    fun.()
  catch
    kind, reason -> {kind, reason}
  end

  defp consumers do
    [
      to_list: &Enum.to_list/1,
      take: &Enum.take(&1, 2),
      take_none: &Enum.take(&1, 0),
      take_last: &Enum.take(&1, -2),
      find: fn stream -> Enum.find(stream, &(&1 == 3)) end,
      any: fn stream -> Enum.any?(stream, &(&1 == 1)) end,
      at: &Enum.at(&1, 1),
      reduce_while: fn stream ->
        Enum.reduce_while(stream, 0, fn x, acc ->
          if x > 2, do: {:halt, acc}, else: {:cont, acc + x}
        end)
      end,
      raise: fn stream -> Enum.each(stream, fn x -> if x == 2, do: raise("consumer") end) end,
      throw: fn stream ->
        Enum.map(stream, fn x -> if x == 2, do: throw(:consumer), else: x end)
      end,
      exit: fn stream -> Enum.map(stream, fn x -> if x == 2, do: exit(:consumer), else: x end) end,
      zip_list: fn stream -> Enum.zip(stream, [:a, :b]) end,
      zip_streams: fn stream -> Stream.zip(stream, resource("z", [:x])) |> Enum.to_list() end,
      zip_with: fn stream ->
        Stream.zip_with([stream, resource("z", 1..2), 5..9], &Enum.sum/1) |> Enum.to_list()
      end,
      concat: fn stream -> Stream.concat([resource("c", [0]), stream]) |> Enum.take(2) end,
      flat_map: fn stream ->
        Stream.flat_map(stream, &resource("f#{&1}", [&1, &1])) |> Enum.take(3)
      end,
      chunk: fn stream -> stream |> Stream.chunk_every(3) |> Enum.to_list() end,
      chunk_while: fn stream ->
        Stream.chunk_while(stream, [], &{:cont, &1, [&1 | &2]}, &{:cont, {:rest, &1}, []})
        |> Enum.to_list()
      end,
      dedup_uniq: fn stream ->
        stream |> Stream.map(&div(&1, 2)) |> Stream.dedup() |> Stream.uniq() |> Enum.to_list()
      end,
      drop: fn stream ->
        stream
        |> Stream.drop(1)
        |> Stream.drop_while(&(&1 < 3))
        |> Stream.take(1)
        |> Enum.to_list()
      end,
      drop_last: fn stream -> stream |> Stream.drop(-2) |> Enum.to_list() end,
      take_last_stream: fn stream -> stream |> Stream.take(-2) |> Enum.to_list() end,
      every: fn stream -> stream |> Stream.take_every(2) |> Enum.to_list() end,
      with_index: fn stream ->
        stream |> Stream.with_index(10) |> Stream.reject(&match?({2, _}, &1)) |> Enum.to_list()
      end,
      scan: fn stream -> stream |> Stream.scan(&+/2) |> Enum.to_list() end,
      intersperse: fn stream -> stream |> Stream.intersperse(:and) |> Enum.take(4) end,
      cycle: fn stream -> stream |> Stream.take(2) |> Stream.cycle() |> Enum.take(5) end,
      into: fn stream -> stream |> Stream.into(%{}, &{&1, &1}) |> Stream.run() end,
      each: fn stream -> stream |> Stream.each(&log("sees #{&1}", &1)) |> Stream.run() end,
      async: fn stream ->
        stream |> Task.async_stream(&(&1 * 2), max_concurrency: 1) |> Enum.to_list()
      end
    ]
  end

  defp failing do
    for items <- [[1, :raise], [1, :throw], [:raise]] do
      IO.puts("failing #{inspect(items)}:")
      IO.inspect(attempt(fn -> Enum.to_list(resource("s", items)) end))
      IO.inspect(attempt(fn -> Enum.zip(resource("a", 1..3), resource("s", items)) end))
    end

    bad_close =
      Stream.resource(fn -> 1 end, fn n -> {[n], n + 1} end, fn n -> raise "closing #{n}" end)

    IO.inspect(attempt(fn -> Enum.take(bad_close, 2) end))

    bad_open =
      Stream.resource(fn -> raise "opening" end, fn n -> {[n], n} end, fn _ ->
        log("must not close", :no)
      end)

    IO.inspect(attempt(fn -> Enum.take(bad_open, 2) end))

    wrong =
      Stream.resource(fn -> 1 end, fn _ -> :wrong end, fn _ -> log("closed all the same", :ok) end)

    IO.inspect(attempt(fn -> Enum.to_list(wrong) end) |> elem(0))
  end

  defp nested do
    outer =
      Stream.flat_map(resource("outer", 1..3), fn x ->
        Stream.flat_map(resource("inner#{x}", 1..2), &resource("leaf#{x}#{&1}", [&1]))
      end)

    IO.inspect(Enum.take(outer, 3))
    IO.inspect(attempt(fn -> Enum.each(outer, fn _ -> raise "deep" end) end))
  end

  defp suspended do
    next = &Enumerable.reduce(&1, {:suspend, nil}, fn x, _ -> {:suspend, x} end)
    {:suspended, nil, continue} = next.(resource("s", 1..3))
    {:suspended, first, continue} = continue.({:cont, nil})
    {:suspended, second, continue} = continue.({:cont, nil})
    IO.inspect({first, second})
    IO.inspect(continue.({:halt, :stopped}))
    {:suspended, _, continue} = next.(Stream.zip(resource("p", 1..2), resource("q", 1..5)))
    {:suspended, pair, continue} = continue.({:cont, nil})
    IO.inspect(pair)
    IO.inspect(continue.({:halt, :stopped}))
  end

  defp transforms do
    stream = resource("t", 1..5)

    IO.inspect(
      Stream.transform(stream, 0, fn x, acc ->
        if acc < 5, do: {[x, acc], acc + x}, else: {:halt, acc}
      end)
      |> Enum.to_list()
    )

    with_all =
      Stream.transform(
        stream,
        fn -> log("start", 0) end,
        fn x, acc -> {[x], acc + x} end,
        fn acc -> {[{:sum, acc}], acc} end,
        fn acc -> log("after #{acc}", :ok) end
      )

    IO.inspect(Enum.to_list(with_all))
    IO.inspect(Enum.take(with_all, 2))
    IO.inspect(attempt(fn -> Enum.each(with_all, fn _ -> raise "transformed" end) end))
    IO.inspect(Stream.unfold(5, fn n -> if n > 0, do: {n, n - 1} end) |> Enum.to_list())
    IO.inspect(Stream.iterate(1, &(&1 * 2)) |> Stream.take_while(&(&1 < 100)) |> Enum.to_list())
    IO.inspect(Stream.repeatedly(fn -> :again end) |> Enum.take(2))
  end

  defp lists do
    for stream <- [
          resource("l", 1..3),
          Stream.map(resource("m", 1..3), & &1),
          Stream.filter(1..10, &(rem(&1, 3) == 0))
        ] do
      IO.inspect(
        {Enum.count(stream), Enum.member?(stream, 3), Enum.slice(stream, 1, 1),
         Enum.split(stream, 1), Enum.chunk_by(stream, &(&1 > 1))}
      )
    end
  end
end
