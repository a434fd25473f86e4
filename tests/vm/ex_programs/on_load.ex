defmodule Oracle.OnLoad do
  # `@on_load` of a module that is reached, and of one that nobody calls but by a function it keeps for others.
  defmodule Tables do
    @on_load :build
    def build, do: :persistent_term.put({__MODULE__, :squares}, Map.new(1..4, &{&1, &1 * &1}))
    def square(n), do: :persistent_term.get({__MODULE__, :squares})[n]
  end

  def start do
    IO.inspect(for n <- 1..5, do: Tables.square(n))
    IO.inspect(:persistent_term.erase({Tables, :squares}))
  end
end
