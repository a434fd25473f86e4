# Ranges: steps, size, membership, reversal, disjoint.
defmodule Oracle.RangeBasic do
  def start do
    IO.inspect(1..3)
    IO.inspect(1..10//2)
    IO.inspect(Enum.to_list(1..10//4))
    IO.inspect(Enum.to_list(5..1//-2))
    IO.inspect({Range.size(1..10//3), 4 in 1..10//3, 5 in 1..10//3})
    IO.inspect(Range.disjoint?(1..2, 3..4))
    a..b//c = Range.new(1, 9, 3)
    IO.inspect({a, b, c})
    IO.inspect(Enum.empty?(1..0//1))
    IO.inspect(Enum.reverse(1..4))
    IO.inspect(Enum.random(7..7))
  end
end
