# The List module.
defmodule Oracle.ListBasic do
  def start do
    IO.inspect(List.first([1, 2]))
    IO.inspect(List.last([1, 2]))
    IO.inspect(List.flatten([1, [2, [3]]]))
    IO.inspect(List.insert_at([1, 3], 1, 2))
    IO.inspect(List.delete_at([1, 2, 3], -1))
    IO.inspect(List.replace_at([1, 2], 0, :x))
    IO.inspect(List.update_at([1, 2], 1, &(&1 * 2)))
    IO.inspect(List.keyfind([a: 1, b: 2], :b, 0))
    IO.inspect(List.keystore([a: 1], :a, 0, {:a, 2}))
    IO.inspect(List.keydelete([a: 1, b: 2], :a, 0))
    IO.inspect(List.foldr([1, 2, 3], "", &"#{&1}#{&2}"))
    IO.inspect(List.duplicate(:x, 3))
    IO.inspect(List.wrap(nil) ++ List.wrap(1) ++ List.wrap([2]))
    IO.inspect(List.zip([[1, 2], [3, 4]]))
    IO.inspect(List.to_tuple([1, 2]))
    IO.inspect(List.to_string([?a, "b", [?c]]))
    IO.inspect(List.starts_with?([1, 2, 3], [1, 2]))
    IO.inspect(List.pop_at([1, 2, 3], 1))
    IO.inspect(List.myers_difference([1, 2, 3], [1, 3, 4]))
    IO.inspect(List.delete([1, 2, 1], 1))
  end
end
