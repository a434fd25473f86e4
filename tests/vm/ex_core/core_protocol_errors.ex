# A protocol without an implementation names protocol and value.
defmodule Oracle.CoreProtocolErrors do
  defprotocol Price do
    def price(item)
  end

  defimpl Price, for: Integer do
    def price(n), do: n
  end

  def start do
    IO.inspect(Price.price(3))

    try do
      Price.price(hd(["x"]))
    rescue
      e in Protocol.UndefinedError ->
        IO.inspect({e.protocol, e.value})
    end

    try do
      Enum.count(hd([5]))
    rescue
      e in Protocol.UndefinedError -> IO.inspect({e.protocol, e.value})
    end
  end
end
