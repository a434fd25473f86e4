# IO.warn/2 of a file and a line, of no place, and what is printed to standard error by name.
defmodule Oracle.CoreWarn do
  def start do
    standard_error = Process.whereis(:standard_error)
    {:ok, device} = StringIO.open("")
    name(device)
    IO.warn("with a place", file: "lib/a.ex", line: 3, module: Oracle.CoreWarn, function: {:f, 1})
    IO.warn("of a file", file: "lib/a.ex")
    IO.warn("of no place", [])
    IO.puts(:stderr, "as it is")
    # Other programs may run in the same node.
    name(standard_error)
    IO.write(elem(StringIO.contents(device), 1))
  end

  defp name(device) do
    Process.unregister(:standard_error)
    Process.register(device, :standard_error)
  end
end
