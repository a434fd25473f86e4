# Messages of the errors the language raises.
defmodule Oracle.CoreErrorMessages do
  def start do
    for f <- funs() do
      try do
        f.()
      rescue
        e -> IO.puts("#{inspect(e.__struct__)}: #{Exception.message(e)}")
      end
    end
  end

  defp funs do
    one = Process.get(:nothing, 1)
    map = Map.new(a: one)

    [
      fn -> one + Process.get(:nothing, :a) end,
      fn -> div(one, Process.get(:nothing, 0)) end,
      fn -> Map.fetch!(map, :b) end,
      fn -> map.missing end,
      fn -> {:ok, _} = Process.get(:nothing, :error) end,
      fn -> case Process.get(:nothing, 5) do 6 -> 1 end end,
      fn -> String.to_integer(Process.get(:nothing, "x")) end,
      fn -> Enum.fetch!([], 3) end,
      fn -> hd(Process.get(:nothing, [])) end,
      fn -> elem({1}, Process.get(:nothing, 5)) end,
      fn -> apply(NoSuchModule, :f, [1]) end,
      fn -> apply(String, :nope, ["a"]) end,
      fn -> Process.get(:nothing, :not_fun).(1) end,
      fn -> cond do one == 2 -> 1 end end,
      fn -> Enum.max([]) end,
      fn -> Keyword.fetch!([a: 1], :z) end,
      fn -> String.to_existing_atom("certainly_not_an_atom_yet") end,
      fn -> %{map | zzz: 1} end
    ]
  end
end
