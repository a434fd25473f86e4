# Long terms break over lines at 80 columns.
defmodule Oracle.InspectLong do
  def start do
    IO.inspect(Enum.to_list(1000..1040))
    IO.inspect(for n <- 1..6, do: {:key, n, "some text that is long"})
    IO.inspect(Map.new(1..12, &{&1, "value number #{&1}"}))
    IO.inspect(%{outer: %{inner: Enum.to_list(1..20), text: String.duplicate("ab", 20)}, other: [a: 1, b: 2]})
    IO.inspect([String.duplicate("x", 100), :after])
  end
end
