# for with filters, into, reduce, uniq and bit strings.
defmodule Oracle.CoreComprehensions do
  def start do
    IO.inspect(for x <- 1..3, y <- 1..3, x < y, do: {x, y})
    IO.inspect(for {k, v} <- [a: 1, b: 2], into: %{}, do: {v, k})
    IO.inspect(for x <- [1, 2, 2, 3, 1], uniq: true, do: x * 10)
    IO.inspect(for <<c <- "abc">>, into: "", do: <<c + 1>>)
    IO.inspect(for x <- 1..5, reduce: 0 do
      acc -> acc + x
    end)
    IO.inspect(for {:ok, v} <- [{:ok, 1}, :error, {:ok, 2}], do: v)
    IO.inspect(for <<r::4, g::4 <- <<0x12, 0xAB>> >>, do: {r, g})
    IO.inspect(for x <- 1..10, rem(x, 2) == 0, x > 4, into: MapSet.new(), do: x)
  end
end
