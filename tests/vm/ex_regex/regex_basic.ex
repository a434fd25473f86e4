# Regular expressions: match, run, scan, named captures, split, replace.
defmodule Oracle.RegexBasic do
  def start do
    IO.inspect("abc123" =~ ~r/\d+/)
    IO.inspect(Regex.run(~r/(\w)(\d)/, "xa1"))
    IO.inspect(Regex.scan(~r/\d+/, "a1b22c333"))
    IO.inspect(Regex.named_captures(~r/(?<y>\d{4})-(?<m>\d\d)/, "on 2024-05-06"))
    IO.inspect(Regex.split(~r/[,;]\s*/, "a, b;c"))
    IO.inspect(Regex.replace(~r/(a)(b)/, "abab", "\\2\\1"))
    IO.inspect(String.replace("a1b2", ~r/\d/, fn d -> "<#{d}>" end))
    IO.inspect(String.split("a1b2c", ~r/\d/))
    IO.inspect(Regex.match?(~r/^HELLO$/i, "hello"))
    IO.inspect(Regex.run(~r/é+/u, "caféé"))
    IO.inspect(Regex.escape("a.b*c"))
  end
end
