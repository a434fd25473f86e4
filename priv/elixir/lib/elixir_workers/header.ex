defmodule ElixirWorkers.Header do
  @moduledoc """
  Header fields (RFC 9110 §5): a name is a token and is compared without case, a value is one line.
  """

  @typedoc "One header field; the name is in lower case."
  @type field :: {name :: String.t(), value :: String.t()}

  # tchar of RFC 9110 §5.6.2
  defguardp is_token_char(byte)
            when byte in ?a..?z or byte in ?A..?Z or byte in ?0..?9 or
                   byte in [?!, ?#, ?$, ?%, ?&, ?', ?*, ?+, ?-, ?., ?^, ?_, ?`, ?|, ?~]

  # field-value of RFC 9110 §5.5: visible characters, space, tab, bytes above 127.
  defguardp is_field_byte(byte) when (byte >= 0x20 and byte != 0x7F) or byte == ?\t

  @doc """
  Returns the name in lower case.

  Raises `ArgumentError` when it is not a token.

      iex> ElixirWorkers.Header.name!("Content-Type")
      "content-type"
      iex> ElixirWorkers.Header.name!("x y")
      ** (ArgumentError) a header name must be letters, digits and -, got: "x y"
  """
  @spec name!(String.t()) :: String.t()
  def name!(name) do
    if is_binary(name) and token?(name) do
      String.downcase(name, :ascii)
    else
      raise ArgumentError, "a header name must be letters, digits and -, got: " <> inspect(name)
    end
  end

  @doc """
  Returns the value of header `name` unchanged when it can be sent.

  Raises `ArgumentError` for anything that is not a string and for CR, LF, NUL and other control characters:
  they would let a value write headers of its own.

      iex> ElixirWorkers.Header.value!("x-tag", "blue")
      "blue"
      iex> ElixirWorkers.Header.value!("x-tag", "a\\r\\nset-cookie: b")
      ** (ArgumentError) the value of header "x-tag" must not contain CR, LF, NUL or other control characters, got: "a\\r\\nset-cookie: b"
  """
  @spec value!(String.t(), String.t()) :: String.t()
  def value!(name, value) when is_binary(value) do
    if one_line?(value) do
      value
    else
      raise ArgumentError,
            "the value of header #{inspect(name)} must not contain CR, LF, NUL or other control characters, " <>
              "got: " <> inspect(value)
    end
  end

  def value!(name, value) do
    raise ArgumentError,
          "the value of header #{inspect(name)} must be a string, got: " <> inspect(value)
  end

  @doc """
  Tells whether the text is a token: the grammar of header names, methods and cookie names.

      iex> ElixirWorkers.Header.token?("x-request-id")
      true
      iex> ElixirWorkers.Header.token?("")
      false
  """
  @spec token?(String.t()) :: boolean()
  def token?(""), do: false
  def token?(text) when is_binary(text), do: all_token_chars?(text)

  @doc """
  Splits a comma separated value into its trimmed, non-empty members.

      iex> ElixirWorkers.Header.split("gzip, br ,")
      ["gzip", "br"]
  """
  @spec split(String.t()) :: [String.t()]
  def split(value) when is_binary(value) do
    for part <- String.split(value, ","), member = trim(part), member != "", do: member
  end

  @doc """
  Removes spaces and tabs from both ends.

      iex> ElixirWorkers.Header.trim(" \\tx ")
      "x"
  """
  @spec trim(String.t()) :: String.t()
  def trim(<<byte, rest::binary>>) when byte in [?\s, ?\t], do: trim(rest)
  def trim(text) when is_binary(text), do: trim_trailing(text, byte_size(text))

  defp trim_trailing(_text, 0), do: ""

  defp trim_trailing(text, length) do
    case :binary.at(text, length - 1) do
      byte when byte in [?\s, ?\t] -> trim_trailing(text, length - 1)
      _other -> binary_part(text, 0, length)
    end
  end

  # Four at a time, because every header of every response comes through here.
  defp all_token_chars?(<<a, b, c, d, rest::binary>>)
       when is_token_char(a) and is_token_char(b) and is_token_char(c) and is_token_char(d),
       do: all_token_chars?(rest)

  defp all_token_chars?(<<byte, rest::binary>>) when is_token_char(byte),
    do: all_token_chars?(rest)

  defp all_token_chars?(rest), do: rest == ""

  defp one_line?(<<a, b, c, d, rest::binary>>)
       when is_field_byte(a) and is_field_byte(b) and is_field_byte(c) and is_field_byte(d),
       do: one_line?(rest)

  defp one_line?(<<byte, rest::binary>>) when is_field_byte(byte), do: one_line?(rest)

  defp one_line?(rest), do: rest == ""
end
