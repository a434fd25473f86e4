# Where the plain bytes of a JSON string end: every kind of byte, at every place, and wrong arguments.
defmodule Oracle.JsonText do
  alias ElixirWorkers.JSON.Text

  def start do
    IO.inspect(for byte <- 0..255, do: Text.plain_end(<<"ab", byte, "c">>, 0))
    IO.inspect(for at <- 0..7, do: Text.plain_end("ab\"cd\\e", at))

    texts = [
      "",
      "plain",
      "é",
      "aé€😀z",
      <<"a", 0xC3>>,
      <<0xE2, 0x82>>,
      <<0xF0, 0x9F, 0x98>>,
      <<"ab", 0xC0, 0x80>>,
      <<0xE0, 0x80, 0x80>>,
      <<0xED, 0xA0, 0x80>>,
      <<0xED, 0x9F, 0xBF, "x">>,
      <<0xF4, 0x8F, 0xBF, 0xBF, ?">>,
      <<0xF4, 0x90, 0x80, 0x80>>,
      <<0xF8, 0x88>>,
      "€\\€",
      "tab\there",
      <<0x7F, 0x1F>>
    ]

    IO.inspect(for text <- texts, do: for(at <- 0..byte_size(text), do: Text.plain_end(text, at)))

    long = String.duplicate("0123456789 äöü ", 20_000)

    IO.inspect(
      {Text.plain_end(long, 0), Text.plain_end(long <> "\"" <> long, 11), byte_size(long)}
    )

    <<_::3, shifted::binary-size(6), _::bits>> = <<5::3, "ab\"cd\\", 0::5>>
    part = binary_part("xx" <> String.duplicate("y", 100) <> "\"z", 1, 102)
    # Large enough to be a part of the bytes that it is taken from, and so not to start on one.
    bytes = String.duplicate("größe ", 40) <> "\"z"
    size = byte_size(bytes)
    <<_::3, large::binary-size(size), _::bits>> = <<5::3, bytes::binary, 0::5>>

    IO.inspect(
      for text <- [shifted, part, large], do: for(at <- 0..3, do: Text.plain_end(text, at))
    )

    wrong = [
      {"abc", 4},
      {"abc", -1},
      {"abc", :a},
      {"abc", 1.0},
      {"abc", 1 <<< 70},
      {:abc, 0},
      {~c"abc", 0},
      {<<1::3>>, 0}
    ]

    IO.inspect(for {text, at} <- wrong, do: caught(fn -> Text.plain_end(text, at) end))
  end

  defp a <<< b, do: a * Integer.pow(2, b)

  defp caught(fun) do
    fun.()
  rescue
    error -> {error.__struct__, Exception.message(error)}
  end
end
