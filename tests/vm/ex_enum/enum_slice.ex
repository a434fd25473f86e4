# Enum: take, drop, split, slice, at, chunk, zip.
defmodule Oracle.EnumSlice do
  def start do
    IO.inspect(Enum.take(1..10, 3))
    IO.inspect(Enum.take([1, 2, 3], -2))
    IO.inspect(Enum.drop(1..5, 2))
    IO.inspect(Enum.drop([1, 2, 3], -1))
    IO.inspect(Enum.take_while(1..9, &(&1 < 4)))
    IO.inspect(Enum.drop_while(1..5, &(&1 < 4)))
    IO.inspect(Enum.split([1, 2, 3], 2))
    IO.inspect(Enum.split_while([1, 2, 3], &(&1 < 2)))
    IO.inspect(Enum.split_with(1..6, &(rem(&1, 2) == 0)))
    IO.inspect(Enum.slice(1..10, 2..4))
    IO.inspect(Enum.slice([1, 2, 3, 4], 1, 2))
    IO.inspect({Enum.at([1, 2], 1), Enum.at([1, 2], -1), Enum.at([], 5, :none)})
    IO.inspect(Enum.take_every(1..10, 3))
    IO.inspect(Enum.fetch([1], 3))
  end
end
