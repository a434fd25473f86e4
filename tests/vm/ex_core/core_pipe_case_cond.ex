# Pipes, case, cond, if, unless and with.
defmodule Oracle.CorePipeCaseCond do
  def start do
    [3, 1, 2] |> Enum.sort() |> Enum.map(&(&1 * 2)) |> IO.inspect()

    for n <- [-1, 0, 1, 50, 500] do
      IO.puts(classify(n))
    end

    IO.inspect(sum(%{a: 1, b: 2}))
    IO.inspect(sum(%{a: 1}))
    IO.inspect(sum(%{a: 1, b: "x"}))
    IO.inspect(if(classify(0) == "zero", do: :yes))
  end

  defp classify(n) do
    cond do
      n < 0 -> "negative"
      n == 0 -> "zero"
      n < 100 -> "small"
      true -> "large"
    end
  end

  defp sum(map) do
    with {:ok, a} <- Map.fetch(map, :a),
         {:ok, b} when is_integer(b) <- Map.fetch(map, :b) do
      {:ok, a + b}
    else
      :error -> :missing
      {:ok, other} -> {:not_an_integer, other}
    end
  end
end
