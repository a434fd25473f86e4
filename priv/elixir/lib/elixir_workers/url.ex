defmodule ElixirWorkers.URL do
  @moduledoc """
  URLs: their parts, percent encoding and query strings.

  Decoding is strict. A `%` that is not followed by two hexadecimal digits, and bytes that are not UTF-8, are an error
  for the caller to report, never guessed at.
  """

  alias ElixirWorkers.Bytes

  @typedoc "The parts of a URL; `path` and `query` are as sent, still encoded."
  @type t :: %{scheme: String.t(), host: String.t(), path: String.t(), query: String.t()}

  @doc """
  Splits a URL, or a path with an optional query, into its parts. The fragment is dropped.

      iex> ElixirWorkers.URL.parse("https://example.com:8080/a/b?c=d#e")
      {:ok, %{scheme: "https", host: "example.com:8080", path: "/a/b", query: "c=d"}}
      iex> ElixirWorkers.URL.parse("/a?b")
      {:ok, %{scheme: "", host: "", path: "/a", query: "b"}}
      iex> ElixirWorkers.URL.parse("/a b")
      :error
  """
  @spec parse(String.t()) :: {:ok, t()} | :error
  def parse(url) when is_binary(url) do
    if Bytes.only?(url, :visible), do: split_scheme(url), else: :error
  end

  defp split_scheme("/" <> _rest = path), do: {:ok, parts("", "", path)}

  defp split_scheme(url) do
    case :binary.split(url, "://") do
      [scheme, rest] when scheme != "" ->
        length = authority_length(rest)
        path = binary_part(rest, length, byte_size(rest) - length)
        {:ok, parts(scheme, binary_part(rest, 0, length), path)}

      _other ->
        :error
    end
  end

  defp parts(scheme, host, rest) do
    {rest, _fragment} = cut(rest, "#")
    {path, query} = cut(rest, "?")
    %{scheme: scheme, host: host, path: if(path == "", do: "/", else: path), query: query}
  end

  defp authority_length(rest) do
    case :binary.match(rest, ["/", "?", "#"]) do
      {length, 1} -> length
      :nomatch -> byte_size(rest)
    end
  end

  @doc """
  Splits a path into its decoded segments, each decoded once. Empty segments are dropped.

      iex> ElixirWorkers.URL.path_segments("/a%2Fb/%E2%82%AC/")
      {:ok, ["a/b", "€"]}
      iex> ElixirWorkers.URL.path_segments("/%zz")
      {:error, "%zz"}
  """
  @spec path_segments(String.t()) :: {:ok, [String.t()]} | {:error, segment :: String.t()}
  def path_segments(path) when is_binary(path) do
    segments = :binary.split(path, "/", [:global])

    if Bytes.only?(path, :unescaped),
      do: {:ok, not_empty(segments)},
      else: decode_segments(segments, [])
  end

  defp not_empty(["" | segments]), do: not_empty(segments)
  defp not_empty([segment | segments]), do: [segment | not_empty(segments)]
  defp not_empty([]), do: []

  defp decode_segments([], decoded), do: {:ok, :lists.reverse(decoded)}
  defp decode_segments(["" | segments], decoded), do: decode_segments(segments, decoded)

  defp decode_segments([segment | segments], decoded) do
    case decode(segment) do
      {:ok, text} -> decode_segments(segments, [text | decoded])
      :error -> {:error, segment}
    end
  end

  @doc """
  Decodes percent encoding once. The result is valid UTF-8.

      iex> ElixirWorkers.URL.decode("a%20b+c")
      {:ok, "a b+c"}
      iex> ElixirWorkers.URL.decode("100%")
      :error
      iex> ElixirWorkers.URL.decode("%FF")
      :error
  """
  @spec decode(String.t()) :: {:ok, String.t()} | :error
  def decode(text) when is_binary(text), do: unescape(text)

  @doc """
  Decodes a name or value of a query or a form: as `decode/1`, and `+` is a space.

      iex> ElixirWorkers.URL.decode_form("a+b%2Bc")
      {:ok, "a b+c"}
  """
  @spec decode_form(String.t()) :: {:ok, String.t()} | :error
  def decode_form(text) when is_binary(text) do
    case :binary.match(text, "+") do
      :nomatch -> unescape(text)
      _found -> unescape(:binary.replace(text, "+", " ", [:global]))
    end
  end

  defp unescape(text) do
    if Bytes.only?(text, :unescaped), do: {:ok, text}, else: unescape_any(text)
  end

  defp unescape_any(text) do
    with {:ok, bytes} <- percent_decode(text),
         true <- String.valid?(bytes) do
      {:ok, bytes}
    else
      _invalid -> :error
    end
  end

  defp percent_decode(text) do
    case :binary.split(text, "%", [:global]) do
      [text] -> {:ok, text}
      [first | escaped] -> join_escaped(escaped, [first])
    end
  end

  # Every part after the first starts behind a "%".
  defp join_escaped([<<high, low, rest::binary>> | parts], decoded) do
    case {hex_value(high), hex_value(low)} do
      {high, low} when is_integer(high) and is_integer(low) ->
        join_escaped(parts, [decoded, high * 16 + low, rest])

      _not_hexadecimal ->
        :error
    end
  end

  defp join_escaped([_too_short | _parts], _decoded), do: :error
  defp join_escaped([], decoded), do: {:ok, IO.iodata_to_binary(decoded)}

  defp hex_value(byte) when byte in ?0..?9, do: byte - ?0
  defp hex_value(byte) when byte in ?a..?f, do: byte - ?a + 10
  defp hex_value(byte) when byte in ?A..?F, do: byte - ?A + 10
  defp hex_value(_byte), do: nil

  @doc """
  Encodes every byte that is not unreserved in RFC 3986 §2.3.

      iex> ElixirWorkers.URL.encode("a b/€")
      "a%20b%2F%E2%82%AC"
  """
  @spec encode(String.t()) :: String.t()
  def encode(text) when is_binary(text) do
    for <<byte <- text>>, into: "", do: encode_byte(byte)
  end

  defp encode_byte(byte)
       when byte in ?a..?z or byte in ?A..?Z or byte in ?0..?9 or byte in [?-, ?., ?_, ?~],
       do: <<byte>>

  defp encode_byte(byte), do: percent(byte)

  @doc """
  Encodes the bytes of a URL that may not stand in a header: spaces, controls and everything beyond ASCII.

      iex> ElixirWorkers.URL.to_ascii("/größe?q=a b%20c")
      "/gr%C3%B6%C3%9Fe?q=a%20b%20c"
  """
  @spec to_ascii(String.t()) :: String.t()
  def to_ascii(url) when is_binary(url) do
    for <<byte <- url>>, into: "" do
      if byte > 0x20 and byte < 0x7F, do: <<byte>>, else: percent(byte)
    end
  end

  defp percent(byte), do: <<?%, hex_digit(div(byte, 16)), hex_digit(rem(byte, 16))>>

  defp hex_digit(value) when value < 10, do: ?0 + value
  defp hex_digit(value), do: ?A + value - 10

  @doc """
  Decodes a query string or an urlencoded body into pairs, in order, repetitions kept.

      iex> ElixirWorkers.URL.decode_query("tag=a&tag=b+c&flag")
      {:ok, [{"tag", "a"}, {"tag", "b c"}, {"flag", ""}]}
      iex> ElixirWorkers.URL.decode_query("a=%4")
      {:error, "a=%4"}
  """
  @spec decode_query(String.t()) ::
          {:ok, [{String.t(), String.t()}]} | {:error, pair :: String.t()}
  def decode_query(""), do: {:ok, []}

  def decode_query(query) when is_binary(query) do
    decode_pairs(:binary.split(query, "&", [:global]), [])
  end

  defp decode_pairs([], decoded), do: {:ok, Enum.reverse(decoded)}
  defp decode_pairs(["" | pairs], decoded), do: decode_pairs(pairs, decoded)

  defp decode_pairs([pair | pairs], decoded) do
    {name, value} = cut(pair, "=")

    with {:ok, name} <- decode_form(name),
         {:ok, value} <- decode_form(value) do
      decode_pairs(pairs, [{name, value} | decoded])
    else
      :error -> {:error, pair}
    end
  end

  @doc """
  Encodes names and values as a query string. Values are strings, numbers or atoms.

      iex> ElixirWorkers.URL.encode_query([{"q", "a b"}, {:page, 2}])
      "q=a%20b&page=2"
  """
  @spec encode_query(Enumerable.t()) :: String.t()
  def encode_query(pairs) do
    Enum.map_join(pairs, "&", fn {name, value} ->
      encode(to_string(name)) <> "=" <> encode(to_string(value))
    end)
  end

  defp cut(text, separator) do
    case :binary.split(text, separator) do
      [before, rest] -> {before, rest}
      [text] -> {text, ""}
    end
  end
end
