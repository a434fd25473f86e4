# Enum over fifty thousand elements.
defmodule Oracle.EnumLarge do
  # Not on the hostile build: collecting beside 50,000 elements at every allocation takes too long.
  def start do
    list = Enum.to_list(1..50_000)
    IO.inspect(list |> Enum.map(&(&1 * 3)) |> Enum.filter(&(rem(&1, 2) == 0)) |> Enum.sum())
    IO.inspect(list |> Enum.reverse() |> Enum.sort() |> Enum.take(3))
    IO.inspect(list |> Enum.chunk_every(1000) |> length())
    IO.inspect(list |> Enum.group_by(&rem(&1, 7)) |> Enum.map(fn {k, v} -> {k, length(v)} end))
  end
end
