# Enum: sort, sort_by, min, max, min_by, max_by, min_max, uniq, dedup.
defmodule Oracle.EnumSort do
  def start do
    list = [3, 1, 2, 3]
    IO.inspect(Enum.sort(list))
    IO.inspect(Enum.sort(list, :desc))
    IO.inspect(Enum.sort(list, &(&1 >= &2)))
    IO.inspect(Enum.sort_by(~w(ccc a bb), &String.length/1))
    IO.inspect(Enum.sort_by(~w(ccc a bb), &String.length/1, :desc))
    IO.inspect(Enum.sort([~D[2024-03-01], ~D[2023-12-31]], Date))
    IO.inspect({Enum.min(list), Enum.max(list), Enum.min_max(list)})
    IO.inspect({Enum.min_by(~w(aa b), &byte_size/1), Enum.max_by(~w(aa b), &byte_size/1)})
    IO.inspect(Enum.uniq(list))
    IO.inspect(Enum.uniq_by([{1, :a}, {1, :b}], &elem(&1, 0)))
    IO.inspect(Enum.dedup([1, 1, 2, 2, 1]))
    IO.inspect(Enum.max([], fn -> :empty end))
  end
end
