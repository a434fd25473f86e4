# The Map module.
defmodule Oracle.MapBasic do
  def start do
    m = %{a: 1, b: 2}
    IO.inspect(Map.put(m, :c, 3))
    IO.inspect(Map.put_new(m, :a, 9))
    IO.inspect(Map.get(m, :z, :none))
    IO.inspect(Map.fetch(m, :a))
    IO.inspect(Map.delete(m, :a))
    IO.inspect(Map.drop(m, [:a]))
    IO.inspect(Map.take(m, [:a, :z]))
    IO.inspect(Map.update(m, :a, 0, &(&1 + 1)))
    IO.inspect(Map.update!(m, :b, &(&1 * 10)))
    IO.inspect(Map.merge(m, %{b: 3, c: 4}, fn _k, x, y -> x + y end))
    IO.inspect(Map.pop(m, :a))
    IO.inspect(Map.split(m, [:a]))
    IO.inspect(Map.new([1, 2], &{&1, &1 * &1}))
    IO.inspect({Map.has_key?(m, :a), Enum.sort(Map.keys(m)), Enum.sort(Map.values(m)), map_size(m)})
    IO.inspect(Map.get_and_update(m, :a, &{&1, &1 + 1}))
    IO.inspect(Map.equal?(m, %{b: 2, a: 1}))
  end
end
