# Captured functions, named and anonymous, and closures.
defmodule Oracle.CoreCaptures do
  def start do
    add = &(&1 + &2)
    IO.inspect(add.(1, 2))
    IO.inspect(Enum.map(["a", "b"], &String.upcase/1))
    double = &double/1
    IO.inspect(double.(4))
    IO.inspect(Enum.reduce(1..3, &+/2))
    IO.inspect(Function.info(&String.length/1, :name))
    counter = fn start -> fn step -> start + step end end
    IO.inspect(counter.(10).(5))
    IO.inspect(is_function(add, 2))
    IO.inspect(&Enum.map/2)
    IO.inspect(Function.identity(:same))
  end

  defp double(x), do: x * 2
end
