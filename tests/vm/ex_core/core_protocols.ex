# Protocols: dispatch on structs and built-in types, fallback, derive.
defmodule Oracle.CoreProtocols do
  defprotocol Size do
    @fallback_to_any true
    def size(value)
  end

  defimpl Size, for: Any do
    def size(_), do: :unknown
  end

  defmodule Box do
    @derive Oracle.CoreProtocols.Size
    defstruct width: 2, height: 3
  end

  defmodule Bag do
    defstruct items: []
  end

  defimpl Size, for: BitString do
    def size(s), do: byte_size(s)
  end

  defimpl Size, for: [List, Tuple] do
    def size(l) when is_list(l), do: length(l)
    def size(t), do: tuple_size(t)
  end

  defimpl Size, for: Bag do
    def size(bag), do: length(bag.items)
  end

  def start do
    for v <- ["four", [1, 2], {1, 2, 3}, %Bag{items: [1]}, %Box{}, 5, :a, %{}] do
      IO.inspect(Size.size(v))
    end

    IO.inspect(Size.impl_for(5))
    IO.inspect(Size.impl_for(%Bag{}))
  end
end
