# The modifiers of ~r, recompilation, and what inspect shows.
defmodule Oracle.RegexModifiers do
  def start do
    IO.inspect(Regex.run(~r/A.B/is, "xa\nbx"))
    IO.inspect(Regex.scan(~r/^\w/m, "ab\ncd"))
    IO.inspect(Regex.run(~r/a b # c
      c/x, "abc"))
    IO.inspect(Regex.run(~r/\w+/u, "été"))
    IO.inspect(Regex.run(~r/a+/U, "aaa"))
    IO.inspect(Regex.run(~r/ab/f, "x\nab"))
    IO.inspect(~r/a\/b/iu)
    IO.inspect(~r{a/b})
    IO.inspect(Regex.source(~r/a(b)/) <> inspect(Regex.opts(~r/a/im)))
    IO.inspect(Regex.compile("(a"))
    IO.inspect(Regex.compile("a", "i") |> elem(0))
    IO.inspect(Regex.compile!("A", [:caseless]) |> Regex.match?("a"))
    IO.inspect(Regex.compile("a", "z"))

    try do
      Regex.compile!("*")
    rescue
      error in Regex.CompileError -> IO.puts(error.message)
    end

    case Regex.recompile(~r/foo/i) do
      {:ok, regex} -> IO.inspect(Regex.match?(regex, "FOO"))
    end
  end
end
