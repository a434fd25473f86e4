# The Integer module.
defmodule Oracle.IntegerBasic do
  require Integer

  def start do
    IO.inspect(Integer.digits(1234))
    IO.inspect(Integer.undigits([1, 0, 1], 2))
    IO.inspect(Integer.parse("12abc"))
    IO.inspect(Integer.parse("abc"))
    IO.inspect(Integer.parse("-0x1"))
    IO.inspect(Integer.parse("ff", 16))
    IO.inspect(Integer.to_string(255, 16))
    IO.inspect(Integer.to_charlist(42) |> length())
    IO.inspect({Integer.gcd(12, 18), Integer.mod(-7, 3), Integer.floor_div(-7, 3)})
    IO.inspect(Integer.pow(7, 60))
    IO.inspect({Integer.is_odd(3), Integer.is_even(3)})
    IO.inspect(Integer.extended_gcd(240, 46))
    IO.inspect(String.to_integer("777", 8))
  end
end
