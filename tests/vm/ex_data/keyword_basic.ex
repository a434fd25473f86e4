# The Keyword module.
defmodule Oracle.KeywordBasic do
  def start do
    k = [a: 1, b: 2, a: 3]
    IO.inspect(k[:a])
    IO.inspect(Keyword.get(k, :z, :none))
    IO.inspect(Keyword.get_values(k, :a))
    IO.inspect(Keyword.put(k, :a, 9))
    IO.inspect(Keyword.delete(k, :a))
    IO.inspect(Keyword.merge([a: 1], b: 2, a: 5))
    IO.inspect(Keyword.keys(k))
    IO.inspect(Keyword.pop(k, :b))
    IO.inspect(Keyword.take(k, [:b]))
    IO.inspect(Keyword.split(k, [:a]))
    IO.inspect(Keyword.has_key?(k, :b))
    IO.inspect(Keyword.update(k, :b, 0, &(&1 + 1)))
    IO.inspect(Keyword.keyword?([1]))
    IO.inspect(Keyword.validate([a: 1], a: 0, b: 7))
    IO.inspect(Keyword.new([:x, :y], &{&1, 0}))
  end
end
