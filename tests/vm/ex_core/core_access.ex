# Access: get_in, put_in, update_in, pop_in and Access functions.
defmodule Oracle.CoreAccess do
  def start do
    data = %{user: %{name: "Ann", langs: [:en, :de]}, list: [%{n: 1}, %{n: 2}]}
    IO.inspect(data[:user][:name])
    IO.inspect(data[:none][:name])
    IO.inspect(get_in(data, [:user, :langs]))
    IO.inspect(put_in(data, [:user, :name], "Bob").user)
    IO.inspect(put_in(data.user.name, "Cy").user.name)
    IO.inspect(update_in(data, [:user, :langs], &Enum.reverse/1).user.langs)
    IO.inspect(get_in(data, [:list, Access.all(), :n]))
    IO.inspect(update_in(data, [:list, Access.at(1), :n], &(&1 * 10)).list)
    IO.inspect(pop_in(data, [:user, :name]) |> elem(0))
    IO.inspect(get_and_update_in(data, [:user, :name], &{&1, String.upcase(&1)}) |> elem(0))
    IO.inspect(get_in([a: [b: 1]], [:a, :b]))
    IO.inspect(get_in(%{t: {1, 2}}, [:t, Access.elem(1)]))
    IO.inspect(get_in(data, [:list, Access.filter(&(&1.n > 1)), :n]))
  end
end
