# Implementing String.Chars, Inspect, Enumerable and Collectable.
defmodule Oracle.CoreProtocolImpls do
  defmodule Money do
    defstruct [:cents]

    defimpl String.Chars do
      def to_string(m), do: "#{div(m.cents, 100)}.#{rem(m.cents, 100)} EUR"
    end

    defimpl Inspect do
      def inspect(m, _opts), do: "#Money<#{m.cents}>"
    end
  end

  defmodule Countdown do
    defstruct [:from]

    defimpl Enumerable do
      def count(c), do: {:ok, c.from}
      def member?(c, n), do: {:ok, n in 1..c.from}
      def slice(_), do: {:error, __MODULE__}
      def reduce(c, acc, fun), do: Enumerable.List.reduce(Enum.to_list(c.from..1//-1), acc, fun)
    end
  end

  def start do
    IO.puts("#{%Money{cents: 1234}}")
    IO.inspect([%Money{cents: 5}])
    IO.inspect(Enum.map(%Countdown{from: 3}, &(&1 * 2)))
    IO.inspect(Enum.count(%Countdown{from: 7}))
    IO.inspect(Enum.take(%Countdown{from: 5}, 2))
    IO.inspect(3 in %Countdown{from: 2})
  end
end
