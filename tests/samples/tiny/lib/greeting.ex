defmodule Tiny.Greeting do
  @moduledoc "Reached from `Tiny`; needs `Enum`, a protocol and string interpolation."

  def greet(name), do: "hello #{name}: #{Enum.join(1..3, " ")}"
end
