# Splitting strings in every way that needs no regular expression.
defmodule Oracle.StringSplit do
  def start do
    IO.inspect(String.split("a b  c"))
    IO.inspect(String.split("a,b,c", ","))
    IO.inspect(String.split("a,b,c", ",", parts: 2))
    IO.inspect(String.split(",a,,b,", ",", trim: true))
    IO.inspect(String.split("a-b_c", ["-", "_"]))
    IO.inspect(String.split("abc", ""))
    IO.inspect(String.split("abc", "", trim: true))
    IO.inspect(String.split_at("hello", 2))
    IO.inspect(String.split_at("hello", -2))
    IO.inspect(String.splitter("a b c", " ") |> Enum.take(2))
    IO.inspect(String.codepoints("abc"))
    IO.inspect(String.next_codepoint("xyz"))
    IO.inspect(String.chunk("abc\0\0de", :printable))
  end
end
