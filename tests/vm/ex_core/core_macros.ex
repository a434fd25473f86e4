# Code made by macros and use.
defmodule Oracle.CoreMacros.Base do
  defmacro __using__(opts) do
    quote do
      def name, do: unquote(opts[:name])
      def hello, do: "hello from " <> name()
      defoverridable hello: 0
    end
  end

  defmacro twice(expr) do
    quote do
      {unquote(expr), unquote(expr)}
    end
  end
end

defmodule Oracle.CoreMacros do
  defmodule A do
    use Oracle.CoreMacros.Base, name: "a"
  end

  defmodule B do
    use Oracle.CoreMacros.Base, name: "b"
    def hello, do: "B says: " <> super()
  end

  require Oracle.CoreMacros.Base, as: Base

  @table [one: 1, two: 2]
  for {k, v} <- @table do
    def value(unquote(k)), do: unquote(v)
  end

  def start do
    IO.puts(A.hello())
    IO.puts(B.hello())
    IO.inspect(Base.twice(1 + 1))
    IO.inspect({value(:one), value(:two)})
    IO.inspect(@table)
  end
end
