# The String module on ASCII text.
defmodule Oracle.StringBasic do
  def start do
    IO.inspect(String.upcase("hello"))
    IO.inspect(String.capitalize("hello World"))
    IO.inspect(String.reverse("abc"))
    IO.inspect(String.length("hello"))
    IO.inspect(String.trim("  x \n"))
    IO.inspect({String.trim_leading("  x "), String.trim_trailing("  x ")})
    IO.inspect(String.trim("--x--", "-"))
    IO.inspect({String.starts_with?("hello", "he"), String.ends_with?("hello", ["lo", "x"])})
    IO.inspect({String.contains?("hello", "ell"), String.contains?("hello", ["q", "h"])})
    IO.inspect(String.replace("a-b-c", "-", "+"))
    IO.inspect(String.replace("a-b-c", "-", "+", global: false))
    IO.inspect(String.duplicate("ab", 3))
    IO.inspect({String.pad_leading("7", 3, "0"), String.pad_trailing("x", 3)})
    IO.inspect({String.at("abc", 1), String.at("abc", -1), String.at("abc", 9)})
    IO.inspect({String.first("abc"), String.last("abc"), String.first("")})
    IO.inspect(String.slice("hello", 1, 3))
    IO.inspect(String.slice("hello", 1..-2//1))
    IO.inspect(String.to_integer("42") + 1)
    IO.inspect(String.to_float("2.5"))
  end
end
