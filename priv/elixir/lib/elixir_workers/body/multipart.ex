defmodule ElixirWorkers.Body.Multipart do
  @moduledoc """
  Bodies of `multipart/form-data` (RFC 7578), as browsers send forms with files.

      --BOUNDARY CRLF
      Content-Disposition: form-data; name="title" CRLF
      CRLF
      bytes CRLF
      --BOUNDARY--

  What stands before the first boundary and behind the last is passed over (RFC 2046 §5.1.1).
  """

  alias ElixirWorkers.Body.{MediaType, Upload}
  alias ElixirWorkers.Header

  @typedoc "A name, and a text or a file."
  @type field :: {String.t(), String.t() | Upload.t()}

  # A part is told by a few short headers; more is an attempt at something else.
  @max_header_bytes 8 * 1024
  # RFC 2046 §5.1.1
  @max_boundary_bytes 70

  @doc """
  Splits a body into its fields, in order.

      iex> body = "--x\\r\\nContent-Disposition: form-data; name=\\"a\\"\\r\\n\\r\\n1\\r\\n--x--\\r\\n"
      iex> ElixirWorkers.Body.Multipart.parse(body, "x", 10)
      {:ok, [{"a", "1"}]}
      iex> ElixirWorkers.Body.Multipart.parse("--y--", "x", 10)
      {:error, "the boundary does not occur in the body"}
      iex> ElixirWorkers.Body.Multipart.parse(body, "x", 0)
      {:error, "the form has more than 0 parts"}
  """
  @spec parse(binary(), String.t(), non_neg_integer()) :: {:ok, [field()]} | {:error, String.t()}
  def parse(_body, boundary, _max_parts)
      when byte_size(boundary) == 0 or byte_size(boundary) > @max_boundary_bytes,
      do: {:error, "the boundary must have 1 to #{@max_boundary_bytes} characters"}

  def parse(body, boundary, max_parts) do
    delimiter = "--" <> boundary

    # The first delimiter may open the body; each later one follows the line break that ends the part before it.
    case opening(body, delimiter) do
      {:ok, rest} -> parts(rest, "\r\n" <> delimiter, max_parts, [])
      :error -> {:error, "the boundary does not occur in the body"}
    end
  end

  defp opening(body, delimiter) do
    size = byte_size(delimiter)

    case body do
      <<^delimiter::binary-size(size), rest::binary>> ->
        {:ok, rest}

      _preamble ->
        case :binary.split(body, "\r\n" <> delimiter) do
          [_preamble, rest] -> {:ok, rest}
          [_all] -> :error
        end
    end
  end

  defp parts("--" <> _epilogue, _delimiter, _left, fields), do: {:ok, Enum.reverse(fields)}

  defp parts(rest, delimiter, left, fields) do
    with {:ok, rest} <- line_end(rest),
         {:ok, part, rest} <- part(rest, delimiter),
         :ok <- room(left, fields),
         {:ok, field} <- field(part) do
      parts(rest, delimiter, left, [field | fields])
    end
  end

  defp room(max, fields) do
    if length(fields) < max, do: :ok, else: {:error, "the form has more than #{max} parts"}
  end

  # RFC 2046 allows white space behind a boundary.
  defp line_end("\r\n" <> rest), do: {:ok, rest}
  defp line_end(<<space, rest::binary>>) when space in [?\s, ?\t], do: line_end(rest)
  defp line_end(_other), do: {:error, "a boundary is not followed by a line break"}

  defp part(rest, delimiter) do
    case :binary.split(rest, delimiter) do
      [part, rest] -> {:ok, part, rest}
      [_all] -> {:error, "the last part does not end with the boundary"}
    end
  end

  defp field(part) do
    with {:ok, headers, data} <- split_headers(part),
         {:ok, disposition} <- disposition(headers) do
      value(disposition, headers, data)
    end
  end

  # A part without headers begins with the empty line.
  defp split_headers("\r\n" <> data), do: {:ok, %{}, data}

  defp split_headers(part) do
    scope = {0, min(byte_size(part), @max_header_bytes)}

    case :binary.match(part, "\r\n\r\n", scope: scope) do
      {at, 4} ->
        <<lines::binary-size(at), _empty_line::binary-size(4), data::binary>> = part
        {:ok, headers(lines), data}

      :nomatch ->
        {:error, "the headers of a part do not end within #{@max_header_bytes} bytes"}
    end
  end

  defp headers(lines) do
    for line <- String.split(lines, "\r\n"),
        [name, value] <- [:binary.split(line, ":")],
        into: %{} do
      {String.downcase(name, :ascii), Header.trim(value)}
    end
  end

  defp disposition(headers) do
    case Map.get(headers, "content-disposition", "") do
      <<kind::binary-size(9), rest::binary>> ->
        if String.downcase(kind, :ascii) == "form-data",
          do: {:ok, parameters(rest, %{})},
          else: no_disposition()

      _other ->
        no_disposition()
    end
  end

  defp no_disposition, do: {:error, "a part has no Content-Disposition: form-data"}

  # `; name="value"; name=token`; what is no parameter ends the list.
  defp parameters(text, found) do
    with ";" <> rest <- Header.trim(text),
         [name, rest] <- :binary.split(rest, "=") do
      {value, rest} = parameter_value(Header.trim(rest))
      name = name |> Header.trim() |> String.downcase(:ascii)
      parameters(rest, Map.put_new(found, name, value))
    else
      _end -> found
    end
  end

  defp parameter_value("\"" <> rest), do: quoted(rest, rest, 0)

  defp parameter_value(rest) do
    case :binary.split(rest, ";") do
      [token, rest] -> {Header.trim(token), ";" <> rest}
      [token] -> {Header.trim(token), ""}
    end
  end

  # A backslash is one (it separates folders of a file's name) unless a quote follows.
  defp quoted(<<"\\\"", rest::binary>>, text, size), do: quoted(rest, text, size + 2)

  defp quoted(<<"\"", rest::binary>>, text, size),
    do: {unescape(binary_part(text, 0, size)), rest}

  defp quoted(<<_byte, rest::binary>>, text, size), do: quoted(rest, text, size + 1)
  defp quoted("", text, size), do: {unescape(binary_part(text, 0, size)), ""}

  # HTML standard, "multipart form data": a quote is written as %22 and a line break as %0D%0A; older clients write \".
  defp unescape(text) do
    text
    |> String.replace("\\\"", "\"")
    |> String.replace("%22", "\"")
    |> String.replace("%0D%0A", "\r\n")
  end

  defp value(%{"name" => name, "filename" => filename}, headers, data) do
    type = Map.get(headers, "content-type", "text/plain")

    cond do
      not (String.valid?(name) and String.valid?(filename)) ->
        not_utf8()

      MediaType.parse(type) == :error ->
        {:error, "the content type #{inspect(type)} is malformed"}

      true ->
        {:ok, {name, %Upload{filename: basename(filename), content_type: type, data: data}}}
    end
  end

  defp value(%{"name" => name}, _headers, text) do
    if String.valid?(name) and String.valid?(text), do: {:ok, {name, text}}, else: not_utf8()
  end

  defp value(_unnamed, _headers, _data), do: {:error, "a part has no name"}

  defp not_utf8, do: {:error, "a name or a text of the form is not UTF-8"}

  defp basename(filename), do: filename |> String.split(["/", "\\"]) |> List.last()
end
