# Which bytes belong to which class of the framework's checks, and what is UTF-8: every byte at every place, wrong arguments.
defmodule Oracle.StringBytes do
  alias ElixirWorkers.Bytes

  @classes [:token, :lower_token, :field_value, :visible, :unescaped]

  def start do
    for class <- @classes do
      members = for byte <- 0..255, Bytes.only?(<<byte>>, class), do: byte
      last = for byte <- 0..255, Bytes.only?(<<"ab", byte>>, class), do: byte
      IO.inspect({class, members == last, Bytes.only?("", class), members}, limit: :infinity)
    end

    long = String.duplicate("0123456789", 2000)
    IO.inspect(for rest <- ["", " ", <<200>>], do: for(class <- @classes, do: Bytes.only?(long <> rest, class)))
    IO.inspect(for text <- [shifted(), part()], do: for(class <- @classes, do: Bytes.only?(text, class)))

    wrong = [{"a", :none}, {"", :none}, {"a", nil}, {:a, :token}, {~c"a", :token}, {<<1::3>>, :token}, {nil, :url}]
    IO.inspect(for {text, class} <- wrong, do: caught(fn -> Bytes.only?(text, class) end))
    valid()
  end

  defp valid do
    IO.inspect(for byte <- 0..255, String.valid?(<<byte>>), do: byte)
    IO.inspect(for first <- 0xC0..0xFF, second <- [0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0], do: lengths(first, second))
    IO.inspect({String.valid?(shifted()), String.valid?(part()), String.valid?(String.duplicate("äé€😀", 5000))})
    IO.inspect(String.valid?(String.duplicate("äé€😀", 5000) <> <<0xF0, 0x9F>>))
    IO.inspect(for wrong <- [nil, :a, ~c"a", <<1::3>>, 1], do: caught(fn -> String.valid?(wrong) end))
  end

  # How many bytes behind the first two make a character of them.
  defp lengths(first, second),
    do: for(more <- 0..3, String.valid?(<<first, second, String.duplicate(<<0x80>>, more)::binary>>), do: more)

  defp shifted do
    <<_::3, shifted::binary-size(6), _::bits>> = <<5::3, "ab-cdé", 0::5>>
    shifted
  end

  defp part, do: binary_part("é " <> String.duplicate("y", 100) <> " %", 3, 100)

  defp caught(fun) do
    fun.()
  rescue
    error -> {error.__struct__, Exception.message(error)}
  end
end
