# A stream handles one element at a time through all stages.
defmodule Oracle.StreamOrder do
  def start do
    1..3
    |> Stream.each(&IO.puts("first #{&1}"))
    |> Stream.map(&(&1 * 10))
    |> Stream.each(&IO.puts("second #{&1}"))
    |> Stream.run()
  end
end
