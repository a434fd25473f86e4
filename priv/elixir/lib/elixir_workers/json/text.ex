defmodule ElixirWorkers.JSON.Text do
  @moduledoc false
  # What strings are made of. The machine has a native body of `plain_end/2` (json.c); this one runs on ordinary Elixir.

  @doc """
  Where the plain bytes of `text` from `at` on end: at the first quote, backslash, control character or byte that is not
  UTF-8, or at the end of the text. `at` is at most `byte_size(text)`.
  """
  @spec plain_end(binary(), non_neg_integer()) :: non_neg_integer()
  def plain_end(text, at) do
    <<_::binary-size(at), rest::bits>> = text
    skip(rest, at)
  end

  defp skip(<<byte, rest::bits>>, at)
       when byte < 0x80 and byte >= 0x20 and byte != ?" and byte != ?\\,
       do: skip(rest, at + 1)

  defp skip(<<char::utf8, rest::bits>>, at) when char >= 0x80,
    do: skip(rest, at + utf8_size(char))

  defp skip(<<_::bits>>, at), do: at

  defp utf8_size(char) when char < 0x800, do: 2
  defp utf8_size(char) when char < 0x10000, do: 3
  defp utf8_size(_char), do: 4
end
