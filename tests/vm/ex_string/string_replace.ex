# Replacing with functions and lists of patterns.
defmodule Oracle.StringReplace do
  def start do
    IO.inspect(String.replace("abc", ["a", "c"], "x"))
    IO.inspect(String.replace("a.b", ".", fn m -> "<#{m}>" end))
    IO.inspect(String.replace_prefix("foobar", "foo", "x"))
    IO.inspect(String.replace_suffix("foobar", "bar", "x"))
    IO.inspect(String.replace_leading("aaab", "a", "-"))
    IO.inspect(String.replace_trailing("baaa", "a", "-"))
  end
end
