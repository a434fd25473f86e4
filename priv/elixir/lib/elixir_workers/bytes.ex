defmodule ElixirWorkers.Bytes do
  @moduledoc false
  # Of which bytes a text is made: what headers and URLs are checked for, several times in every request. The machine has a
  # native body of `only?/2` (text.c); this one runs on ordinary Elixir.

  # tchar of RFC 9110 §5.6.2
  defguardp is_lower_token_char(byte)
            when byte in ?a..?z or byte in ?0..?9 or
                   byte in [?!, ?#, ?$, ?%, ?&, ?', ?*, ?+, ?-, ?., ?^, ?_, ?`, ?|, ?~]

  @typedoc """
    * `:token` - letters, digits and the signs of a token (RFC 9110 §5.6.2), `:lower_token` the same without capitals;
    * `:field_value` - what a field value may have (RFC 9110 §5.5): visible characters, space, tab, bytes above 127;
    * `:visible` - neither spaces nor control characters;
    * `:unescaped` - ASCII that percent decoding leaves as it is.
  """
  @type class :: :token | :lower_token | :field_value | :visible | :unescaped

  @doc """
  Tells whether all bytes of a text belong to a class; those of an empty one do.

      iex> ElixirWorkers.Bytes.only?("content-type", :lower_token)
      true
      iex> ElixirWorkers.Bytes.only?("two\\nlines", :field_value)
      false
  """
  @spec only?(binary(), class()) :: boolean()
  def only?(<<byte, rest::binary>>, class), do: member?(byte, class) and only?(rest, class)
  def only?(<<>>, _class), do: true

  defp member?(byte, :token), do: is_lower_token_char(byte) or byte in ?A..?Z
  defp member?(byte, :lower_token), do: is_lower_token_char(byte)
  defp member?(byte, :field_value), do: (byte >= 0x20 and byte != 0x7F) or byte == ?\t
  defp member?(byte, :visible), do: byte > 0x20 and byte != 0x7F
  defp member?(byte, :unescaped), do: byte < 0x80 and byte != ?%
end
