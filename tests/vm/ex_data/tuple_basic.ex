# Tuples in Elixir.
defmodule Oracle.TupleBasic do
  def start do
    t = {:a, 1, "x"}
    IO.inspect(elem(t, 1))
    IO.inspect(put_elem(t, 0, :b))
    IO.inspect(tuple_size(t))
    IO.inspect(Tuple.to_list(t))
    IO.inspect(Tuple.insert_at(t, 1, :new))
    IO.inspect(Tuple.delete_at(t, 0))
    IO.inspect(Tuple.duplicate(0, 3))
    IO.inspect(Tuple.sum({1, 2, 3}))
    IO.inspect(Tuple.product({2, 3}))
  end
end
