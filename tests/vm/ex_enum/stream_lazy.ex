# Streams: lazy map and filter, take, cycle, iterate, unfold, resource.
defmodule Oracle.StreamLazy do
  def start do
    IO.inspect(1..1_000_000 |> Stream.map(&(&1 * 2)) |> Stream.filter(&(rem(&1, 3) == 0)) |> Enum.take(3))
    IO.inspect(Stream.cycle([1, 2]) |> Enum.take(5))
    IO.inspect(Stream.iterate(1, &(&1 * 2)) |> Enum.take(8))
    IO.inspect(Stream.unfold({0, 1}, fn {a, b} -> {a, {b, a + b}} end) |> Enum.take(10))
    IO.inspect(Stream.resource(fn -> 3 end, fn 0 -> {:halt, 0}; n -> {[n], n - 1} end, fn _ -> IO.puts("closed") end) |> Enum.to_list())
    IO.inspect(Stream.chunk_every(1..5, 2) |> Enum.to_list())
    IO.inspect(Stream.zip(1..3, [:a, :b, :c]) |> Enum.to_list())
    IO.inspect(Stream.concat([1], [2]) |> Stream.with_index() |> Enum.to_list())
    IO.inspect(Stream.repeatedly(fn -> :x end) |> Enum.take(2))
    IO.inspect(1..10 |> Stream.take_while(&(&1 < 4)) |> Stream.scan(&+/2) |> Enum.to_list())
    IO.inspect([1, 1, 2] |> Stream.dedup() |> Stream.flat_map(&[&1, &1]) |> Enum.to_list())
  end
end
