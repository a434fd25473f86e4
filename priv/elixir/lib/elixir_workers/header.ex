defmodule ElixirWorkers.Header do
  @moduledoc """
  Header fields (RFC 9110 §5): a name is a token and is compared without case, a value is one line.
  """

  alias ElixirWorkers.Bytes

  @typedoc "One header field; the name is in lower case."
  @type field :: {name :: String.t(), value :: String.t()}

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
    if is_binary(name) and token?(name), do: lower(name), else: wrong_name(name)
  end

  @doc """
  Returns a name in lower case, whatever it is made of.

      iex> ElixirWorkers.Header.lower("Content-Type")
      "content-type"
  """
  @spec lower(String.t()) :: String.t()
  def lower(name) when is_binary(name),
    do: if(Bytes.only?(name, :lower_token), do: name, else: String.downcase(name, :ascii))

  @spec wrong_name(term()) :: no_return()
  defp wrong_name(name) do
    raise ArgumentError, "a header name must be letters, digits and -, got: " <> inspect(name)
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
    if Bytes.only?(value, :field_value) do
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
  def token?(text) when is_binary(text), do: Bytes.only?(text, :token)

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
end
