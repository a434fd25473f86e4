# MapSet operations.
defmodule Oracle.MapsetBasic do
  def start do
    a = MapSet.new([1, 2, 3])
    b = MapSet.new(3..5)
    IO.inspect(Enum.sort(MapSet.union(a, b)))
    IO.inspect(Enum.sort(MapSet.intersection(a, b)))
    IO.inspect(Enum.sort(MapSet.difference(a, b)))
    IO.inspect({MapSet.member?(a, 2), MapSet.size(a), MapSet.subset?(MapSet.new([1]), a)})
    IO.inspect(MapSet.equal?(a, MapSet.new([3, 2, 1])))
    IO.inspect(MapSet.disjoint?(a, MapSet.new([9])))
    IO.inspect(Enum.sort(MapSet.put(a, 2)))
    IO.inspect(MapSet.to_list(MapSet.delete(a, 1)))
    IO.inspect(Enum.sort(Enum.into([7, 8], a)))
  end
end
