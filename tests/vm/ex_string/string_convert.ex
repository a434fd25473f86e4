# to_string, to_charlist, atoms and numbers to text and back.
defmodule Oracle.StringConvert do
  def start do
    IO.inspect(to_string([?a, [?b]]))
    IO.inspect(String.to_charlist("é") |> hd())
    IO.inspect(Enum.map(["1", "-5", "+7", "007"], &String.to_integer/1))
    IO.inspect(Integer.to_string(-255, 2))
    IO.inspect(Float.to_string(1.0e-10))
    IO.inspect(List.to_charlist([?x, "y"]) |> length())
    IO.inspect(String.to_existing_atom("start"))
    IO.inspect(inspect("quoted"))
    IO.inspect("a" <> to_string(:b) <> to_string(1) <> to_string(2.0))
  end
end
