# IO: puts, write, inspect of values returned, iodata, and end of input.
defmodule Oracle.IoFunctions do
  def start do
    IO.puts("line")
    IO.write("no newline, ")
    IO.write(["io", ?d, ["ata"]])
    IO.puts("")
    IO.puts(:atom)
    IO.puts(12)
    IO.inspect(IO.inspect(%{a: 1}))
    IO.puts(["é", " ", ~c"list"])
    IO.puts(IO.iodata_to_binary(["a", [?b, "c"]]))
    [1, 2] |> IO.inspect(label: "before") |> Enum.sum() |> IO.inspect(label: "after")
    IO.inspect(IO.chardata_to_string([?a, "é"]))
  end
end
