# Elixir's Regex and the String functions over it.
defmodule Oracle.RegexModule do
  def start do
    IO.inspect(Regex.run(~r/(\w)(\d)/, "a1 b2"))
    IO.inspect(Regex.scan(~r/(\w)(\d)/, "a1 b2"))
    IO.inspect(Regex.named_captures(~r/(?<year>\d{4})-(?<month>\d\d)/, "on 2024-05-06"))
    IO.inspect(Regex.replace(~r/o/, "foo boo", "0"))
    IO.inspect(Regex.replace(~r/\d+/, "1 and 22", fn n -> "<#{n}>" end))
    IO.inspect(Regex.split(~r/,\s*/, "a, b,c,  d"))
    IO.inspect(Regex.split(~r/b/, "abc", include_captures: true))
    IO.inspect(String.replace("a-b_c", ~r/[-_]/, " "))
    IO.inspect(String.split("one  two three", ~r/\s+/, parts: 2))
    IO.inspect("HELLO" =~ ~r/hello/i)
    IO.inspect(String.match?("x\ny", ~r/^y$/m))
    IO.inspect(Regex.run(~r/é+/u, "caféé"))
    IO.inspect(Regex.run(~r/\p{Lu}\p{Ll}+/u, "der Käse Ähre"))
    IO.inspect(Regex.escape("a.b*c"))
    IO.inspect(Regex.compile("("))
    IO.inspect(Regex.names(~r/(?<a>.)(?<b>.)/))
    IO.inspect(Regex.source(~r/a\/b/))
    IO.inspect(for [_, k, v] <- Regex.scan(~r/(\w+)=(\w+)/, "a=1&b=2"), do: {k, v})
  end
end
