# Enum: reduce, scan, map_reduce, reduce_while, sum, product, count.
defmodule Oracle.EnumReduce do
  def start do
    IO.inspect(Enum.reduce([1, 2, 3], &(&1 + &2)))
    IO.inspect(Enum.reduce(1..4, 10, &(&1 + &2)))
    IO.inspect(Enum.scan([1, 2, 3], &(&1 + &2)))
    IO.inspect(Enum.map_reduce(1..3, 0, &{&1 * 2, &1 + &2}))
    IO.inspect(Enum.flat_map_reduce(1..3, 0, &{[&1], &1 + &2}))
    IO.inspect(Enum.reduce_while(1..100, 0, fn
      x, acc when acc > 20 -> {:halt, {x, acc}}
      x, acc -> {:cont, acc + x}
    end))
    IO.inspect({Enum.sum(1..10), Enum.product(1..5), Enum.count([1, 2]), Enum.count(1..9, &(&1 > 4))})
    IO.inspect(Enum.frequencies(~w(a b a)))
    IO.inspect(Enum.frequencies_by(~w(a B b), &String.downcase/1))
    IO.inspect(Enum.sum([1, 2.5]))
  end
end
