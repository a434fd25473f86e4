defmodule ElixirWorkers.JSON.Decoder do
  @moduledoc false
  # One pass over the text in tail calls only, so that the match position is never turned into a binary of its own.
  # Strings and numbers are slices of the text.
  #
  #   text      the whole input; `rest` is what is left of it from byte `at` on
  #   stack     the containers around the value:
  #               []                      the top
  #               [elements | stack]      an array; its elements so far, reversed
  #               [:name, pairs | stack]  an object, the next string is a name
  #               [name, pairs | stack]   an object, the next value belongs to `name`
  #   limits    {depth left, maximal characters of a number}; one cell, since it changes rarely

  alias ElixirWorkers.JSON.Text

  @type failure :: {:error, position :: non_neg_integer(), reason :: String.t()}

  defguardp is_space(byte) when byte in [?\s, ?\n, ?\r, ?\t]
  defguardp is_digit(byte) when byte in ?0..?9

  @spec decode(binary(), non_neg_integer(), pos_integer() | :infinity) ::
          {:ok, ElixirWorkers.JSON.value()} | failure()
  def decode(text, max_depth, max_digits), do: value(text, text, 0, [], {max_depth, max_digits})

  defp value(<<byte, rest::bits>>, text, at, stack, limits) do
    case byte do
      ?" -> string(text, at + 1, [], stack, limits)
      ?{ -> open_object(rest, text, at, stack, limits)
      ?[ -> open_array(rest, text, at, stack, limits)
      ?- -> minus(rest, text, at, stack, limits)
      ?0 -> fraction_or_end(rest, text, at, 1, stack, limits)
      byte when is_digit(byte) -> integer(rest, text, at, 1, stack, limits)
      byte when is_space(byte) -> value(rest, text, at + 1, stack, limits)
      ?t -> literal_true(rest, text, at, stack, limits)
      ?f -> literal_false(rest, text, at, stack, limits)
      ?n -> literal_null(rest, text, at, stack, limits)
      _other -> unexpected(text, at, "expected a value")
    end
  end

  defp value(<<>>, text, at, _stack, _limits), do: unexpected(text, at, "expected a value")

  defp literal_true(<<"rue", rest::bits>>, text, at, stack, limits),
    do: continue(rest, text, at + 4, stack, limits, true)

  defp literal_true(<<_::bits>>, text, at, _stack, _limits),
    do: unexpected(text, at, "expected a value")

  defp literal_false(<<"alse", rest::bits>>, text, at, stack, limits),
    do: continue(rest, text, at + 5, stack, limits, false)

  defp literal_false(<<_::bits>>, text, at, _stack, _limits),
    do: unexpected(text, at, "expected a value")

  defp literal_null(<<"ull", rest::bits>>, text, at, stack, limits),
    do: continue(rest, text, at + 4, stack, limits, nil)

  defp literal_null(<<_::bits>>, text, at, _stack, _limits),
    do: unexpected(text, at, "expected a value")

  # What comes after a value depends on the container around it.
  defp continue(<<rest::bits>>, text, at, stack, limits, value) do
    case stack do
      [] ->
        finish(rest, text, at, value)

      [elements | stack] when is_list(elements) ->
        array(rest, text, at, [value | elements], stack, limits)

      [:name, pairs | stack] ->
        colon(rest, text, at, [value, pairs | stack], limits)

      [name, pairs | stack] ->
        object(rest, text, at, [{name, value} | pairs], stack, limits)
    end
  end

  defp finish(<<byte, rest::bits>>, text, at, value) when is_space(byte),
    do: finish(rest, text, at + 1, value)

  defp finish(<<>>, _text, _at, value), do: {:ok, value}
  defp finish(<<_::bits>>, text, at, _value), do: unexpected(text, at, "expected the end")

  defp open_array(<<_::bits>>, _text, at, _stack, {0, _digits}), do: too_deep(at)

  defp open_array(<<rest::bits>>, text, at, stack, {left, digits}),
    do: first_element(rest, text, at + 1, stack, {left - 1, digits})

  defp first_element(<<?], rest::bits>>, text, at, stack, {left, digits}),
    do: continue(rest, text, at + 1, stack, {left + 1, digits}, [])

  defp first_element(<<byte, rest::bits>>, text, at, stack, limits) when is_space(byte),
    do: first_element(rest, text, at + 1, stack, limits)

  defp first_element(<<rest::bits>>, text, at, stack, limits),
    do: value(rest, text, at, [[] | stack], limits)

  defp array(<<byte, rest::bits>>, text, at, elements, stack, limits) do
    case byte do
      ?, ->
        value(rest, text, at + 1, [elements | stack], limits)

      ?] ->
        {left, digits} = limits
        continue(rest, text, at + 1, stack, {left + 1, digits}, :lists.reverse(elements))

      byte when is_space(byte) ->
        array(rest, text, at + 1, elements, stack, limits)

      _other ->
        unexpected(text, at, "expected , or ]")
    end
  end

  defp array(<<>>, text, at, _elements, _stack, _limits),
    do: unexpected(text, at, "expected , or ]")

  defp open_object(<<_::bits>>, _text, at, _stack, {0, _digits}), do: too_deep(at)

  defp open_object(<<rest::bits>>, text, at, stack, {left, digits}),
    do: first_name(rest, text, at + 1, stack, {left - 1, digits})

  defp first_name(<<?}, rest::bits>>, text, at, stack, {left, digits}),
    do: continue(rest, text, at + 1, stack, {left + 1, digits}, %{})

  defp first_name(<<byte, rest::bits>>, text, at, stack, limits) when is_space(byte),
    do: first_name(rest, text, at + 1, stack, limits)

  defp first_name(<<rest::bits>>, text, at, stack, limits),
    do: name(rest, text, at, [], stack, limits)

  defp name(<<?", _::bits>>, text, at, pairs, stack, limits),
    do: string(text, at + 1, [], [:name, pairs | stack], limits)

  defp name(<<byte, rest::bits>>, text, at, pairs, stack, limits) when is_space(byte),
    do: name(rest, text, at + 1, pairs, stack, limits)

  defp name(<<_::bits>>, text, at, _pairs, _stack, _limits),
    do: unexpected(text, at, "expected a name in quotes")

  defp colon(<<?:, rest::bits>>, text, at, stack, limits),
    do: value(rest, text, at + 1, stack, limits)

  defp colon(<<byte, rest::bits>>, text, at, stack, limits) when is_space(byte),
    do: colon(rest, text, at + 1, stack, limits)

  defp colon(<<_::bits>>, text, at, _stack, _limits), do: unexpected(text, at, "expected :")

  defp object(<<byte, rest::bits>>, text, at, pairs, stack, limits) do
    case byte do
      ?, ->
        name(rest, text, at + 1, pairs, stack, limits)

      ?} ->
        {left, digits} = limits
        map = :maps.from_list(:lists.reverse(pairs))
        continue(rest, text, at + 1, stack, {left + 1, digits}, map)

      byte when is_space(byte) ->
        object(rest, text, at + 1, pairs, stack, limits)

      _other ->
        unexpected(text, at, "expected , or }")
    end
  end

  defp object(<<>>, text, at, _pairs, _stack, _limits),
    do: unexpected(text, at, "expected , or }")

  # `at` is where plain bytes start, `parts` the iodata before them. They are skipped at once, and the text is matched
  # again where they end.
  defp string(text, at, parts, stack, limits) do
    stop = Text.plain_end(text, at)

    case text do
      <<_::binary-size(stop), ?", rest::bits>> ->
        slice = binary_part(text, at, stop - at)
        string = if parts == [], do: slice, else: IO.iodata_to_binary([parts | slice])
        continue(rest, text, stop + 1, stack, limits, string)

      <<_::binary-size(stop), ?\\, rest::bits>> ->
        parts = if stop == at, do: parts, else: [parts | binary_part(text, at, stop - at)]
        escape(rest, text, stop, parts, stack, limits)

      <<_::binary-size(stop), byte, _::bits>> when byte < 0x20 ->
        {:error, stop, "a control character must be escaped in a string"}

      <<_::binary-size(stop), _, _::bits>> ->
        {:error, stop, "a string must be valid UTF-8"}

      _end ->
        unexpected(text, stop, "expected the closing quote")
    end
  end

  defp escape(<<byte, rest::bits>>, text, at, parts, stack, limits) do
    case byte do
      ?" -> string(text, at + 2, [parts | "\""], stack, limits)
      ?\\ -> string(text, at + 2, [parts | "\\"], stack, limits)
      ?/ -> string(text, at + 2, [parts | "/"], stack, limits)
      ?n -> string(text, at + 2, [parts | "\n"], stack, limits)
      ?r -> string(text, at + 2, [parts | "\r"], stack, limits)
      ?t -> string(text, at + 2, [parts | "\t"], stack, limits)
      ?b -> string(text, at + 2, [parts | "\b"], stack, limits)
      ?f -> string(text, at + 2, [parts | "\f"], stack, limits)
      ?u -> unicode(rest, text, at, parts, stack, limits)
      _other -> unexpected(text, at + 1, "expected an escape after \\")
    end
  end

  defp escape(<<>>, text, at, _parts, _stack, _limits),
    do: unexpected(text, at + 1, "expected an escape after \\")

  defp unicode(<<a, b, c, d, rest::bits>>, text, at, parts, stack, limits) do
    case hex(a, b, c, d) do
      :error -> unexpected(text, at + 2, "expected four hexadecimal digits after \\u")
      unit when unit in 0xD800..0xDBFF -> low_half(rest, text, at, unit, parts, stack, limits)
      unit when unit in 0xDC00..0xDFFF -> lone_surrogate(at)
      unit -> string(text, at + 6, [parts | <<unit::utf8>>], stack, limits)
    end
  end

  defp unicode(<<_::bits>>, text, at, _parts, _stack, _limits),
    do: unexpected(text, at + 2, "expected four hexadecimal digits after \\u")

  defp low_half(<<"\\u", a, b, c, d, _::bits>>, text, at, high, parts, stack, limits) do
    case hex(a, b, c, d) do
      low when low in 0xDC00..0xDFFF ->
        char = 0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00)
        string(text, at + 12, [parts | <<char::utf8>>], stack, limits)

      _other ->
        lone_surrogate(at)
    end
  end

  defp low_half(<<_::bits>>, _text, at, _high, _parts, _stack, _limits), do: lone_surrogate(at)

  defp lone_surrogate(at), do: {:error, at, "half of a surrogate pair"}

  defp hex(a, b, c, d) do
    with a when is_integer(a) <- hex_value(a),
         b when is_integer(b) <- hex_value(b),
         c when is_integer(c) <- hex_value(c),
         d when is_integer(d) <- hex_value(d) do
      ((a * 16 + b) * 16 + c) * 16 + d
    end
  end

  defp hex_value(byte) when byte in ?0..?9, do: byte - ?0
  defp hex_value(byte) when byte in ?a..?f, do: byte - ?a + 10
  defp hex_value(byte) when byte in ?A..?F, do: byte - ?A + 10
  defp hex_value(_byte), do: :error

  # Numbers: `at` is where the number starts, `length` its characters so far.
  defp minus(<<?0, rest::bits>>, text, at, stack, limits),
    do: fraction_or_end(rest, text, at, 2, stack, limits)

  defp minus(<<byte, rest::bits>>, text, at, stack, limits) when is_digit(byte),
    do: integer(rest, text, at, 2, stack, limits)

  defp minus(<<_::bits>>, text, at, _stack, _limits),
    do: unexpected(text, at + 1, "expected a digit")

  defp integer(<<byte, rest::bits>>, text, at, length, stack, limits) when is_digit(byte),
    do: integer(rest, text, at, length + 1, stack, limits)

  defp integer(<<rest::bits>>, text, at, length, stack, limits),
    do: fraction_or_end(rest, text, at, length, stack, limits)

  defp fraction_or_end(<<?., rest::bits>>, text, at, length, stack, limits),
    do: first_decimal(rest, text, at, length + 1, stack, limits)

  defp fraction_or_end(<<byte, rest::bits>>, text, at, length, stack, limits)
       when byte in [?e, ?E],
       do: exponent_sign(rest, text, at, length, length + 1, stack, limits)

  # An integer ends here. `length > :infinity` is false: every number is smaller than an atom.
  defp fraction_or_end(<<rest::bits>>, text, at, length, stack, {_left, max} = limits) do
    if length > max do
      too_long(at, max)
    else
      number = :erlang.binary_to_integer(binary_part(text, at, length))
      continue(rest, text, at + length, stack, limits, number)
    end
  end

  defp first_decimal(<<byte, rest::bits>>, text, at, length, stack, limits) when is_digit(byte),
    do: decimals(rest, text, at, length + 1, stack, limits)

  defp first_decimal(<<_::bits>>, text, at, length, _stack, _limits),
    do: unexpected(text, at + length, "expected a digit")

  defp decimals(<<byte, rest::bits>>, text, at, length, stack, limits) when is_digit(byte),
    do: decimals(rest, text, at, length + 1, stack, limits)

  defp decimals(<<byte, rest::bits>>, text, at, length, stack, limits) when byte in [?e, ?E],
    do: exponent_sign(rest, text, at, nil, length + 1, stack, limits)

  defp decimals(<<rest::bits>>, text, at, length, stack, limits),
    do: float(rest, text, at, nil, length, stack, limits)

  # `whole` is the length before the exponent of a number without a fraction, nil of one that has it.
  defp exponent_sign(<<byte, rest::bits>>, text, at, whole, length, stack, limits)
       when byte in [?+, ?-],
       do: first_exponent(rest, text, at, whole, length + 1, stack, limits)

  defp exponent_sign(<<rest::bits>>, text, at, whole, length, stack, limits),
    do: first_exponent(rest, text, at, whole, length, stack, limits)

  defp first_exponent(<<byte, rest::bits>>, text, at, whole, length, stack, limits)
       when is_digit(byte),
       do: exponent(rest, text, at, whole, length + 1, stack, limits)

  defp first_exponent(<<_::bits>>, text, at, _whole, length, _stack, _limits),
    do: unexpected(text, at + length, "expected a digit")

  defp exponent(<<byte, rest::bits>>, text, at, whole, length, stack, limits)
       when is_digit(byte),
       do: exponent(rest, text, at, whole, length + 1, stack, limits)

  defp exponent(<<rest::bits>>, text, at, whole, length, stack, limits),
    do: float(rest, text, at, whole, length, stack, limits)

  defp float(<<rest::bits>>, text, at, whole, length, stack, {_left, max} = limits) do
    if length > max do
      too_long(at, max)
    else
      case to_float(binary_part(text, at, length), whole) do
        {:ok, number} -> continue(rest, text, at + length, stack, limits, number)
        :error -> {:error, at, "a number does not fit into a float"}
      end
    end
  end

  # Erlang reads no float without a fraction.
  defp to_float(number, nil) do
    {:ok, :erlang.binary_to_float(number)}
  rescue
    ArgumentError -> :error
  end

  defp to_float(number, whole) do
    integer = binary_part(number, 0, whole)
    exponent = binary_part(number, whole, byte_size(number) - whole)
    to_float(<<integer::binary, ".0", exponent::binary>>, nil)
  end

  defp too_deep(at), do: {:error, at, "arrays and objects are nested too deeply"}
  defp too_long(at, max), do: {:error, at, "a number has more than #{max} characters"}

  defp unexpected(text, at, expectation) when at < byte_size(text) do
    {:error, at, expectation <> ", found " <> shown(:binary.at(text, at))}
  end

  defp unexpected(text, _at, expectation),
    do: {:error, byte_size(text), expectation <> ", found the end of the text"}

  defp shown(byte) when byte in 0x20..0x7E, do: inspect(<<byte>>)
  defp shown(byte), do: "byte " <> Integer.to_string(byte)
end
