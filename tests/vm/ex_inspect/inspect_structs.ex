# inspect of structs, nested, derived with only and except.
defmodule Oracle.InspectStructs do
  defmodule Plain do
    defstruct [:a, b: 2]
  end

  defmodule Only do
    @derive {Inspect, only: [:name]}
    defstruct [:name, :secret]
  end

  defmodule Except do
    @derive {Inspect, except: [:secret]}
    defstruct [:name, :secret]
  end

  def start do
    IO.inspect(%Plain{a: [1]})
    IO.inspect(%Only{name: "n", secret: "s"})
    IO.inspect(%Except{name: "n", secret: "s"})
    IO.inspect([%Plain{a: %Plain{}}])
    IO.inspect(%{plain: %Plain{a: "x"}})
    IO.inspect(%ArgumentError{message: "m"})
  end
end
