# inspect of every kind of term.
defmodule Oracle.InspectTerms do
  def start do
    for term <- terms() do
      IO.inspect(term)
    end
  end

  defp terms do
    [1, -1.5, 1.0e30, :atom, nil, true, "string", "", <<1, 2>>, <<1::3>>, [], [1, [2]], [a: 1, b: [c: 2]],
     {}, {1, "a"}, %{}, %{a: 1}, %{"k" => [v: 1]}, 1..3, [1 | 2], {:ok, %{x: {1, 2}}}, String, &String.length/1,
     [nil, true], [{:a, 1}, 2], %{1 => :a, :b => 2}, MapSet.new([1]), ~D[2020-01-01], 123_456_789_012_345_678_901]
  end
end
