defmodule Oracle.AccessPaths do
  # get_in, put_in, update_in, pop_in and get_and_update_in: as functions and as macros, through maps, keywords, structs,
  # functions and all that Access offers.
  defmodule Box do
    defstruct [:items, label: "box"]
    @behaviour Access

    @impl true
    def fetch(box, key), do: Map.fetch(box, key)

    @impl true
    def get_and_update(box, key, fun) do
      case fun.(Map.get(box, key)) do
        {got, new} -> {got, Map.put(box, key, new)}
        :pop -> {Map.get(box, key), Map.put(box, key, nil)}
      end
    end

    @impl true
    def pop(box, key), do: {Map.get(box, key), Map.put(box, key, nil)}
  end

  defmodule Plain do
    defstruct [:x]
  end

  def start do
    Enum.each(data(), fn data -> Enum.each(paths(), &functions(data, &1)) end)
    macros()
    selectors()
    errors()
  end

  defp data do
    [
      %{a: %{b: [c: 1]}, list: [%{n: 1}, %{n: 2}, %{n: 3}], tuple: {1, {2, 3}}},
      [a: [b: %{c: nil}], list: [], tuple: {[], {}}],
      %{a: %Box{items: [1, 2]}, list: [%Box{}], tuple: {%Box{items: 1}, {0, 0}}},
      nil
    ]
  end

  defp paths do
    [
      [:a],
      [:a, :b],
      [:a, :b, :c],
      [:missing, :deeper],
      [:a, :items],
      [:list, Access.all(), :n],
      [:list, Access.all(), Access.key(:n, 0)],
      [:list, Access.at(0)],
      [:list, Access.at(-1), :n],
      [:list, Access.at(9), :n],
      [:list, Access.filter(&match?(%{n: n} when n > 1, &1)), :n],
      [:tuple, Access.elem(0)],
      [:tuple, Access.elem(1), Access.elem(0)],
      [Access.key(:a), Access.key(:b, %{})],
      [Access.key!(:a)],
      [fn _, data, next -> next.(data) end, :a],
      [
        :a,
        fn
          :get, data, next -> next.({:wrapped, data})
          :get_and_update, data, next -> next.(data)
        end
      ]
    ]
  end

  defp functions(data, path) do
    attempt(fn -> get_in(data, path) end)
    attempt(fn -> put_in(data, path, :new) end)
    attempt(fn -> update_in(data, path, &{:old, &1}) end)
    attempt(fn -> pop_in(data, path) end)
    attempt(fn -> get_and_update_in(data, path, &{{:got, &1}, :set}) end)
    attempt(fn -> get_and_update_in(data, path, fn _ -> :pop end) end)
  end

  defp attempt(fun) do
    IO.puts(inspect(fun.(), custom_options: [sort_maps: true]))
  rescue
    error -> IO.puts("  " <> inspect(error.__struct__))
  end

  defp macros do
    users = %{"jo" => %{age: 27, tags: ["x"]}, "meg" => %{age: 23, tags: []}}
    show(put_in(users["jo"].age, 28))
    show(put_in(users["jo"][:age], 28))
    show(update_in(users["jo"].tags, &["y" | &1]))
    show(get_and_update_in(users["meg"].age, &{&1, &1 + 1}))
    show(pop_in(users["jo"][:tags]))
    show(pop_in(users["none"][:tags]))
    show(users["none"][:age])
    show(put_in(users["new"], %{}))
    box = %Box{items: %{k: [1]}}
    show(put_in(box.items.k, 2))
    show(update_in(box[:items][:k], &(&1 ++ [2])))
    show(put_in(box.items[:other], :o))
  end

  defp selectors do
    list = [1, 2, 3, 4, 5]
    show(get_in(list, [Access.filter(&(&1 > 2))]))
    show(update_in(list, [Access.at(1)], &(&1 * 10)))
    show(pop_in(list, [Access.at(1)]))
    show(pop_in(list, [Access.all()]))
    show(update_in(list, [Access.filter(&(rem(&1, 2) == 1))], &-/1))
    show(get_and_update_in(list, [Access.filter(&(&1 == 3))], fn _ -> :pop end))
    show(get_in([list, list], [Access.all(), Access.at(0)]))
    show(get_in(%{list: list}, [:list, Access.at!(4)]))
    show(Access.get([a: 1], :a, 2))
    show(Access.fetch(%{a: nil}, :a))
    show(Access.get_and_update([a: 1, a: 2], :a, fn x -> {x, x + 10} end))
    show(Access.pop([a: 1, b: 2, a: 3], :a))
  end

  defp show(value), do: IO.inspect(value, custom_options: [sort_maps: true])

  defp errors do
    for {name, fun} <- [
          key_bang: fn -> get_in(%{}, [Access.key!(:a)]) end,
          key_bang_of_list: fn -> get_in([], [Access.key!(:a)]) end,
          at_of_map: fn -> get_in(%{}, [Access.at(0)]) end,
          at_bang: fn -> get_in([], [Access.at!(0)]) end,
          all_of_map: fn -> get_in(%{}, [Access.all()]) end,
          elem_of_list: fn -> get_in([], [Access.elem(0)]) end,
          elem_out: fn -> get_in({}, [Access.elem(0)]) end,
          elem_pop: fn -> pop_in({1}, [Access.elem(0)]) end,
          filter_of_map: fn -> get_in(%{}, [Access.filter(& &1)]) end,
          struct: fn -> get_in(%Plain{x: 1}, [:x]) end,
          struct_put: fn -> put_in(%Plain{x: 1}, [:x], 2) end,
          keyword_string: fn -> get_in([a: 1], ["a"]) end,
          pop_nil: fn -> pop_in(nil, [:a]) end,
          bad_return: fn -> get_and_update_in(%{a: 1}, [:a], fn _ -> :neither end) end,
          empty_path: fn -> Kernel.get_in(%{a: 1}, Process.get(:nothing, [])) end
        ] do
      try do
        IO.puts("#{name}: " <> inspect(fun.()))
      rescue
        error -> IO.puts("#{name}: " <> Exception.message(error))
      end
    end
  end
end
