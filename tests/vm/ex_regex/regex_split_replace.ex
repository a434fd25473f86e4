# Regex.split, Regex.replace and their friends in String.
defmodule Oracle.RegexSplitReplace do
  def start do
    for options <- [[], [trim: true], [parts: 2], [include_captures: true], [on: [:second]], [include_captures: true, trim: true]] do
      IO.inspect({options, Regex.split(~r/(?<first>,)(?<second>;)?/, ",a,b,;c,", options)})
    end

    IO.inspect(Regex.split(~r//, "abc"))
    IO.inspect(Regex.split(~r/b/, "abc", parts: 1))
    IO.inspect(Regex.replace(~r/d/, "abc", "X"))
    IO.inspect(Regex.replace(~r/b/, "abcb", "[\\0]"))
    IO.inspect(Regex.replace(~r/b/, "abcb", "[\\0]", global: false))
    IO.inspect(Regex.replace(~r/(a)(b)?/, "abac", "<\\1|\\2|\\g{1}>"))
    IO.inspect(Regex.replace(~r/(b)(c)?/, "abcb", fn all, b, c -> inspect({all, b, c}) end))
    IO.inspect(Regex.replace(~r/é/u, "café é", "e"))
    IO.inspect(Regex.replace(~r/\\/, "a\\b", "\\\\\\\\"))
    IO.inspect(String.replace("a-b_c", ~r/[-_]/, " "))
    IO.inspect(String.split("a  b c", ~r/\s+/))
    IO.inspect(String.split("1,2;3", ~r/[,;]/, parts: 2))
    IO.inspect(String.match?("foo bar", ~r/\bbar$/))
    IO.inspect(Enum.map(["a1", "b", "c22"], &Regex.replace(~r/\d+/, &1, fn d -> "#{String.length(d)}" end)))
    IO.inspect(Regex.escape("1+1=2? [a]{b}|c^d$e.f\\g#h"))
    IO.inspect(Regex.match?(Regex.compile!(Regex.escape("a.b*")), "xa.b*x"))
  end
end
