# Building a long string by iodata, by concatenation and by join.
defmodule Oracle.StringBuilder do
  def start do
    parts = for n <- 1..500, do: ["item ", Integer.to_string(n), ?;]
    a = IO.iodata_to_binary(parts)
    b = Enum.reduce(1..500, "", fn n, acc -> acc <> "item #{n};" end)
    c = Enum.map_join(1..500, "", &"item #{&1};")
    IO.inspect({byte_size(a), a == b, b == c})
    IO.inspect(IO.iodata_length(parts))
    IO.inspect(:erlang.crc32(a))
    IO.inspect(String.slice(a, -9, 9))
  end
end
