# Recursion over lists and numbers, with accumulators.
defmodule Oracle.CoreRecursion do
  def start do
    IO.inspect(fact(30))
    IO.inspect(flatten([1, [2, [3, [4]]]]))
    IO.inspect(loop(100_000, 0))
    IO.inspect(fizz(15))
  end

  defp fact(0), do: 1
  defp fact(n), do: n * fact(n - 1)
  defp flatten([]), do: []
  defp flatten([h | t]), do: flatten(h) ++ flatten(t)
  defp flatten(x), do: [x]
  defp loop(0, acc), do: acc
  defp loop(n, acc), do: loop(n - 1, acc + n)

  defp fizz(n) do
    Enum.map(1..n, fn
      i when rem(i, 15) == 0 -> "FizzBuzz"
      i when rem(i, 5) == 0 -> "Buzz"
      i when rem(i, 3) == 0 -> "Fizz"
      i -> i
    end)
  end
end
