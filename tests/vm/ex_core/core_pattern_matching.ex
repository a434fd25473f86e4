# Function heads, pins, defaults and guards.
defmodule Oracle.CorePatternMatching do
  def start do
    IO.inspect(area({:circle, 2}))
    IO.inspect(area({:rect, 2, 3}))
    IO.inspect(greet())
    IO.inspect(greet("Bob"))
    x = length([1])
    IO.inspect(Enum.map([1, 2], fn
      ^x -> :same
      _ -> :different
    end))
    <<a, rest::binary>> = "hello"
    IO.inspect({a, rest})
    "Hello " <> name = "Hello " <> "World"
    IO.inspect(name)
    [h | t] = Enum.to_list(1..3)
    IO.inspect({h, t})
    %{key: %{inner: v}} = Map.new(key: %{inner: 5})
    IO.inspect(v)
  end

  defp area({:circle, r}) when is_number(r), do: r * r * 3
  defp area({:rect, w, h}), do: w * h
  defp greet(name \\ "World"), do: "Hello " <> name
end
