# Enum: chunk_every, chunk_by, chunk_while, zip, unzip, zip_with.
defmodule Oracle.EnumChunkZip do
  def start do
    IO.inspect(Enum.chunk_every(1..7, 3))
    IO.inspect(Enum.chunk_every(1..7, 3, 2, :discard))
    IO.inspect(Enum.chunk_every(1..4, 3, 3, [0, 0]))
    IO.inspect(Enum.chunk_by([1, 1, 2, 3, 3], & &1))
    IO.inspect(Enum.zip([1, 2, 3], [:a, :b]))
    IO.inspect(Enum.zip([[1, 2], [3, 4], [5, 6]]))
    IO.inspect(Enum.unzip(a: 1, b: 2))
    IO.inspect(Enum.zip_with([1, 2], [3, 4], &(&1 * &2)))
    IO.inspect(Enum.zip_reduce([1, 2], [3, 4], 0, fn a, b, acc -> acc + a * b end))
    IO.inspect(Enum.intersperse([1, 2, 3], 0))
  end
end
