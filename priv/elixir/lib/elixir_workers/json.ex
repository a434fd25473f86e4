defmodule ElixirWorkers.JSON do
  @moduledoc """
  JSON as RFC 8259 defines it, both ways.

  | Elixir | JSON |
  |---|---|
  | `nil`, `true`, `false` | `null`, `true`, `false` |
  | integers of any size, floats | numbers; a float decodes to the very same float |
  | strings (UTF-8), other atoms | strings |
  | lists | arrays |
  | maps | objects; keys are strings, atoms other than `nil`, or integers |
  | structs | what `ElixirWorkers.JSON.Encoder` makes of them |

  Everything else (tuples, pids, functions, bytes that are not UTF-8) is refused with `ElixirWorkers.JSON.EncodeError`.
  Decoded objects have string keys; of repeated keys the last wins.

  The name does not take part in a fight with Elixir's own `JSON`: `alias ElixirWorkers.JSON` where you want this one.
  """

  alias ElixirWorkers.JSON.{DecodeError, Decoder, EncodeError, Writer}

  @typedoc "What `decode/2` returns."
  @type value ::
          nil
          | boolean()
          | number()
          | String.t()
          | [value()]
          | %{optional(String.t()) => value()}

  @typedoc """
  Limits of `decode/2`, so that a small body cannot cost much work:

    * `:max_depth` - how deep arrays and objects may nest, 512 by default;
    * `:max_digits` - how many characters one number may have, 10,000 by default.
  """
  @type decode_option ::
          {:max_depth, non_neg_integer()} | {:max_digits, pos_integer() | :infinity}

  @doc """
  Decodes a whole JSON text. Anything behind the value but white space is an error.

      iex> ElixirWorkers.JSON.decode(~s({"price": [1, 2.5, 1e3], "unit": "\\\\u20ac"}))
      {:ok, %{"price" => [1, 2.5, 1.0e3], "unit" => "€"}}

      iex> {:error, error} = ElixirWorkers.JSON.decode("[1,]")
      iex> Exception.message(error)
      "malformed JSON: expected a value, found \\"]\\" at byte 3"
  """
  @spec decode(binary(), [decode_option()]) :: {:ok, value()} | {:error, Exception.t()}
  def decode(text, opts \\ []) when is_binary(text) and is_list(opts) do
    max_depth = Keyword.get(opts, :max_depth, 512)
    max_digits = Keyword.get(opts, :max_digits, 10_000)

    case Decoder.decode(text, max_depth, max_digits) do
      {:ok, value} -> {:ok, value}
      {:error, position, reason} -> {:error, %DecodeError{position: position, reason: reason}}
    end
  end

  @doc """
  Decodes as `decode/2`, or raises `ElixirWorkers.JSON.DecodeError`.

      iex> ElixirWorkers.JSON.decode!("[true, null]")
      [true, nil]
  """
  @spec decode!(binary(), [decode_option()]) :: value()
  def decode!(text, opts \\ []) do
    case decode(text, opts) do
      {:ok, value} -> value
      {:error, error} -> raise error
    end
  end

  @doc """
  Encodes a term.

      iex> ElixirWorkers.JSON.encode(%{name: "Ada", tags: [1, nil]})
      {:ok, ~s({"name":"Ada","tags":[1,null]})}

      iex> {:error, error} = ElixirWorkers.JSON.encode({1, 2})
      iex> Exception.message(error)
      "cannot encode {1, 2} as JSON: tuples have no JSON form, use a list or a map"
  """
  @spec encode(term()) :: {:ok, String.t()} | {:error, Exception.t()}
  def encode(term) do
    {:ok, encode!(term)}
  rescue
    error in EncodeError -> {:error, error}
  end

  @doc """
  Encodes as `encode/1`, or raises `ElixirWorkers.JSON.EncodeError`.

      iex> ElixirWorkers.JSON.encode!([1.0e5, "a\\"b"])
      ~S([1.0e5,"a\\"b"])
  """
  @spec encode!(term()) :: String.t()
  def encode!(term), do: IO.iodata_to_binary(Writer.write(term))

  @doc """
  Encodes to iodata, which a response takes as it is.

      iex> ElixirWorkers.JSON.encode_to_iodata!([1]) |> IO.iodata_to_binary()
      "[1]"
  """
  @spec encode_to_iodata!(term()) :: iodata()
  def encode_to_iodata!(term), do: Writer.write(term)
end
