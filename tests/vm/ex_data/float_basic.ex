# The Float module.
defmodule Oracle.FloatBasic do
  def start do
    IO.inspect(Float.round(3.14159, 2))
    IO.inspect(Float.ceil(1.21, 1))
    IO.inspect(Float.floor(1.29, 1))
    IO.inspect(Float.parse("1.5e3xyz"))
    IO.inspect(Float.parse("x"))
    IO.inspect(Float.to_string(0.1))
    IO.inspect(Float.ratio(0.75))
    IO.inspect(Float.pow(2.0, 10))
    IO.inspect([1.0, 1.0e100, 1.0e-7, 123456789.123, 100000.0, 1.0e16])
    IO.inspect({round(2.5), trunc(-2.7), floor(-2.1), ceil(2.1)})
    IO.inspect(1 / 3)
    IO.puts(2.0 * 3)
  end
end
