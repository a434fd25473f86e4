# Valid and invalid UTF-8, printable strings, bag of bytes.
defmodule Oracle.StringValid do
  def start do
    IO.inspect({String.valid?("é"), String.valid?(<<255>>), String.printable?("a\n"), String.printable?(<<1>>)})
    IO.inspect("ok" <> <<0>>)
    IO.inspect(<<255, 1>>)
    IO.inspect(String.length(<<255, ?a>>))
    IO.inspect(String.graphemes(<<?a, 255, ?b>>))
    IO.inspect(String.upcase(<<?a, 200>>))
    IO.inspect("tab\t quote\" back\\ bell\a")
    IO.inspect("\u200B\u{1F600}")
  end
end
