# Enum: map, filter, reject, flat_map, with_index, each.
defmodule Oracle.EnumMapFilter do
  def start do
    IO.inspect(Enum.map(1..5, &(&1 * &1)))
    IO.inspect(Enum.filter([1, 2, 3, 4], &(rem(&1, 2) == 0)))
    IO.inspect(Enum.reject([1, 2, 3, 4], &(rem(&1, 2) == 0)))
    IO.inspect(Enum.flat_map([1, 2], &[&1, &1]))
    IO.inspect(Enum.with_index([:a, :b]))
    IO.inspect(Enum.with_index([:a, :b], 1))
    IO.inspect(Enum.map_every(1..6, 2, &(&1 * 10)))
    Enum.each([1, 2], &IO.puts/1)
    IO.inspect(Enum.map(%{a: 1}, fn {k, v} -> {v, k} end))
    IO.inspect(Enum.filter(%{a: 1, b: 2}, fn {_, v} -> v > 1 end))
  end
end
