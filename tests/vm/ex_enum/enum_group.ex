# Enum: group_by, into, to_list, partition-like calls, find, any, all.
defmodule Oracle.EnumGroup do
  def start do
    IO.inspect(Enum.group_by(1..6, &rem(&1, 3)))
    IO.inspect(Enum.group_by(~w(ant bee ape), &String.first/1, &String.length/1))
    IO.inspect(Enum.into([a: 1], %{}))
    IO.inspect(Enum.into(1..3, [], &(&1 * 2)))
    IO.inspect(Enum.find([1, 2, 3], &(&1 > 1)))
    IO.inspect(Enum.find([1], :none, &(&1 > 1)))
    IO.inspect(Enum.find_index([:a, :b], &(&1 == :b)))
    IO.inspect(Enum.find_value([1, 2], fn x -> x > 1 && {:found, x} end))
    IO.inspect({Enum.any?([1, nil]), Enum.all?([1, nil]), Enum.all?([]), Enum.empty?([])})
    IO.inspect({Enum.member?(1..5, 3), Enum.any?([1], &(&1 > 5))})
    IO.inspect(Enum.join([1, "a", :b], "-"))
    IO.inspect(Enum.map_join(1..3, ", ", &"<#{&1}>"))
    IO.inspect(Enum.reverse([1, 2], [3]))
    IO.inspect(Enum.concat([[1], [2, 3]]))
  end
end
