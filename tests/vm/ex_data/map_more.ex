# Map: filter, reject, lazily computed values, replace, to_list.
defmodule Oracle.MapMore do
  def start do
    m = %{a: 1, b: 2}
    IO.inspect(Map.filter(m, fn {_, v} -> v > 1 end))
    IO.inspect(Map.reject(m, fn {_, v} -> v > 1 end))
    IO.inspect(Map.put_new_lazy(m, :c, fn -> 3 end))
    IO.inspect(Map.get_lazy(m, :zz, fn -> :lazy end))
    IO.inspect(Map.replace(m, :zz, 1))
    IO.inspect(Map.replace!(m, :a, 10))
    IO.inspect(Enum.sort(Map.to_list(m)))
    IO.inspect(Map.pop!(m, :a))
    IO.inspect(Map.from_keys([:x, :y], 0))
    big = Map.new(1..100, &{"k#{&1}", &1})
    IO.inspect({map_size(big), big["k77"], Map.get(big, "k101")})
  end
end
