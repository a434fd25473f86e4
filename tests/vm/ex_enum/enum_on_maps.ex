# Enum over maps, key words, ranges and map sets.
defmodule Oracle.EnumOnMaps do
  def start do
    IO.inspect(Enum.sort(%{b: 2, a: 1}))
    IO.inspect(Enum.map([a: 1, b: 2], fn {k, v} -> "#{k}=#{v}" end))
    IO.inspect(Enum.sum(Map.values(%{x: 1, y: 2})))
    IO.inspect(Enum.to_list(10..1//-3))
    IO.inspect(Enum.sort(MapSet.new([3, 1, 2])))
    IO.inspect(Enum.count(%{a: 1}))
    IO.inspect(Enum.max_by(%{a: 1, b: 9}, &elem(&1, 1)))
    big = Map.new(1..100, &{&1, &1 * 2})
    IO.inspect(Enum.reduce(big, 0, fn {k, v}, acc -> acc + v - k end))
  end
end
