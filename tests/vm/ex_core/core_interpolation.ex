# String interpolation of every kind of value.
defmodule Oracle.CoreInterpolation do
  def start do
    for value <- values() do
      IO.puts("value: #{value}!")
    end

    IO.puts("#{1 + 1} and #{String.upcase("x")} and #{inspect({:a, "b"})}")
  end

  defp values do
    [1, -2.5, :atom, "text", ~c"list", [?a, "b", [?c]], nil, true, 1.0e20, 12_345_678_901_234_567_890]
  end
end
