# Regex: run, scan, named_captures and names with their options.
defmodule Oracle.RegexCaptures do
  def start do
    IO.inspect(Regex.run(~r/c(d)/, "abcd"))
    IO.inspect(Regex.run(~r/c(d)/, "abcd", return: :index))
    IO.inspect(Regex.run(~r/(c)(d)/, "abcd", capture: :all_but_first))
    IO.inspect(Regex.run(~r/(?<foo>c)(?<bar>d)/, "abcd", capture: [:bar, "foo"]))
    IO.inspect(Regex.run(~r/x/, "abcd"))
    IO.inspect(Regex.run(~r/./, "abcd", offset: 2))
    IO.inspect(Regex.scan(~r/c(d|e)/, "abcd abce"))
    IO.inspect(Regex.scan(~r/c(?:d|e)/, "abcd abce"))
    IO.inspect(Regex.scan(~r/(?<x>\d)(?<y>[a-z])/, "1a 2b 3", capture: :all_names))
    IO.inspect(Regex.scan(~r/\p{Sc}/u, "$, £, and €"))
    IO.inspect(Regex.scan(~r//, "abc"))
    IO.inspect(Regex.named_captures(~r/c(?<foo>d)(?<none>z)?/, "abcd"))
    IO.inspect(Regex.named_captures(~r/c(?<foo>d)/, "efgh"))
    IO.inspect(Regex.names(~r/(?<b>.)(?<a>.)/))
    IO.inspect(Regex.match?(~r/foo/, "afoob"))
    IO.inspect("hello" =~ ~r/l{2}/)
    IO.inspect(Regex.run(~r/(\w+)@(\w+)\.com/, "mail joe@example.com now"))
  end
end
