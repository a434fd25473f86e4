defmodule ElixirWorkers.JSON.Writer do
  @moduledoc false
  # Terms to iodata. A string that needs no escape is passed on as it is; the others are cut into slices between
  # their escapes, so that no character is ever copied one by one.

  alias ElixirWorkers.JSON.{EncodeError, Encoder, Text}

  @spec write(term()) :: iodata()
  def write(value) when is_binary(value), do: string(value)
  def write(value) when is_integer(value), do: :erlang.integer_to_binary(value)
  def write(value) when is_float(value), do: :erlang.float_to_binary(value, [:short])
  def write(nil), do: "null"
  def write(true), do: "true"
  def write(false), do: "false"
  def write(value) when is_atom(value), do: string(Atom.to_string(value))
  def write([]), do: "[]"
  def write([first | rest]), do: [?[, write(first) | elements(rest)]
  def write(%_{} = struct), do: write(Encoder.to_json(struct))
  def write(value) when is_map(value), do: object(value)

  def write(value) when is_tuple(value),
    do: refuse(value, "tuples have no JSON form, use a list or a map")

  def write(value), do: refuse(value, "it has no JSON form")

  defp elements([element | rest]), do: [?,, write(element) | elements(rest)]
  defp elements([]), do: [?]]
  defp elements(tail), do: refuse(tail, "it ends an improper list")

  defp object(map) do
    case :maps.to_list(map) do
      [] ->
        "{}"

      [{key, value} | rest] = pairs ->
        refuse_same_names(map, pairs, kind(key))
        [?{, name(key), ?:, write(value) | members(rest)]
    end
  end

  defp members([{key, value} | rest]), do: [?,, name(key), ?:, write(value) | members(rest)]
  defp members([]), do: [?}]

  defp name(key) when is_binary(key), do: string(key)
  defp name(nil), do: refuse(nil, "it is the key of a map; keys are strings, atoms and integers")
  defp name(key) when is_atom(key), do: string(Atom.to_string(key))
  defp name(key) when is_integer(key), do: [?", Integer.to_string(key), ?"]

  defp name(key),
    do: refuse(key, "it is the key of a map; keys are strings, atoms and integers")

  # Two keys can only meet in one name (%{1 => a, "1" => b}) where their types differ.
  defp refuse_same_names(map, pairs, kind) do
    if not of_kind?(pairs, kind) do
      names = Map.new(pairs, fn {key, _value} -> {IO.iodata_to_binary(name(key)), true} end)
      if map_size(names) < map_size(map), do: refuse(map, "two of its keys have the same name")
    end
  end

  defp of_kind?([{key, _value} | rest], kind), do: kind(key) == kind and of_kind?(rest, kind)
  defp of_kind?([], _kind), do: true

  defp kind(key) when is_binary(key), do: :string
  defp kind(key) when is_atom(key), do: :atom
  defp kind(key) when is_integer(key), do: :integer
  defp kind(_key), do: :other

  defp string(text) do
    case Text.plain_end(text, 0) do
      stop when stop == byte_size(text) -> [?", text, ?"]
      stop -> [?", escape(text, 0, stop), ?"]
    end
  end

  # text[from..stop-1] is plain; at `stop` is a byte that needs an escape, or invalid UTF-8.
  defp escape(text, from, stop) do
    slice = binary_part(text, from, stop - from)
    byte = :binary.at(text, stop)
    if byte >= 0x80, do: refuse(text, "byte #{stop} is not UTF-8")
    escaped = escape_byte(byte)
    next = stop + 1
    size = byte_size(text)

    case Text.plain_end(text, next) do
      ^next when next == size -> [slice | escaped]
      ^size -> [slice, escaped | binary_part(text, next, size - next)]
      stop -> [slice, escaped | escape(text, next, stop)]
    end
  end

  defp escape_byte(?"), do: "\\\""
  defp escape_byte(?\\), do: "\\\\"
  defp escape_byte(?\n), do: "\\n"
  defp escape_byte(?\r), do: "\\r"
  defp escape_byte(?\t), do: "\\t"
  defp escape_byte(?\b), do: "\\b"
  defp escape_byte(?\f), do: "\\f"
  defp escape_byte(byte) when byte < 16, do: <<"\\u000", hex_digit(byte)>>
  defp escape_byte(byte), do: <<"\\u001", hex_digit(byte - 16)>>

  defp hex_digit(value) when value < 10, do: ?0 + value
  defp hex_digit(value), do: ?a + value - 10

  @spec refuse(term(), String.t()) :: no_return()
  defp refuse(value, reason), do: raise(EncodeError, value: value, reason: reason)
end
