# Operators: ++, --, <>, in, and/or, &&, ||, comparisons.
defmodule Oracle.CoreOperators do
  def start do
    IO.inspect([1, 2] ++ [3])
    IO.inspect([1, 2, 3] -- [2])
    IO.inspect("a" <> "b" <> "c")
    IO.inspect(2 in Enum.to_list(1..3))
    IO.inspect(Process.get(:none) || :default)
    IO.inspect(Process.get(:none) && :never)
    IO.inspect(!Process.get(:none))
    IO.inspect({1 == 1.0, 1 === 1.0, 1 != 2, :a < "a"})
    IO.inspect(Enum.map([1, 2, 3], &rem(&1, 2)))
    IO.inspect(max(1, 2) + min(3, 4))
    IO.inspect(Bitwise.band(12, 10) + Bitwise.bsl(1, 5))
    IO.inspect({div(7, 2), rem(-7, 2), 7 / 2, Integer.pow(2, 100)})
    IO.inspect(tap(5, fn _ -> :ignored end) |> then(&(&1 + 1)))
  end
end
