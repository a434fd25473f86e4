# Sigils for words, strings, char lists and dates.
defmodule Oracle.CoreSigils do
  def start do
    IO.inspect(~w(a b c))
    IO.inspect(~w(a b)a)
    IO.inspect(~s(with "quotes"))
    IO.inspect(~S(no #{interpolation}\n))
    IO.inspect(~D[2024-02-29])
    IO.inspect(~T[12:30:00])
    IO.inspect(~N[2024-01-01 00:00:00])
    IO.inspect(~U[2024-01-01 00:00:00Z])

    IO.puts("""
    heredoc
      indented
    """)
  end
end
