# Options of inspect: limit, width, pretty, base, charlists, binaries.
defmodule Oracle.InspectOptions do
  def start do
    IO.puts(inspect(Enum.to_list(1..100), limit: 5))
    IO.puts(inspect(Enum.to_list(1..100)))
    IO.puts(inspect(255, base: :hex))
    IO.puts(inspect([97, 98], charlists: :as_lists))
    IO.puts(inspect("abc", binaries: :as_binaries))
    IO.puts(inspect(%{a: 1, b: %{c: [1, 2, 3]}}, pretty: true, width: 10))
    IO.puts(inspect({:tuple, [list: "value"], "text"}, pretty: true, width: 20))
    IO.puts(inspect(%URI{host: "h"}, structs: false) |> String.length() > 50)
    IO.puts(inspect("long " <> String.duplicate("x", 30), printable_limit: 10))
    IO.inspect([1, 2], label: "labelled")
  end
end
