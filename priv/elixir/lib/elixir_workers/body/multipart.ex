defmodule ElixirWorkers.Body.Multipart do
  @moduledoc """
  Bodies of `multipart/form-data` (RFC 7578), as browsers send forms with files.

      --BOUNDARY CRLF
      Content-Disposition: form-data; name="title" CRLF
      CRLF
      bytes CRLF
      --BOUNDARY--

  What stands before the first boundary and behind the last is passed over (RFC 2046 §5.1.1).

  `ElixirWorkers.Middleware.ParseBody` reads forms whole. On a path that `streamed-bodies` names, `stream/2` gives their parts
  while they come in, whatever their size:

      def upload(conn) do
        keys =
          for %Part{filename: name, body: body} when name != nil <- Multipart.stream(conn, max_parts: 10) do
            key = "uploads/" <> name
            {:ok, _object} = R2.put("FILES", key, body)
            key
          end

        Conn.json(conn, keys)
      end
  """

  alias ElixirWorkers.{BodyStream, Conn, Error}
  alias ElixirWorkers.Body.{MediaType, Part, PartHeader, PartReader, Upload}

  @typedoc "A name, and a text or a file."
  @type field :: {String.t(), String.t() | Upload.t()}

  @max_parts 100
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

  @doc """
  The parts of the form that a request brings, as they come in: an enumerable of `ElixirWorkers.Body.Part`.

  The body of a part is read, or given to a binding, before the next part is asked for; what is left of it then is passed over.
  Texts are short: `ElixirWorkers.BodyStream.read_all/2` reads one with a limit. Memory does not grow with the form.

  Options are `:max_parts`, #{@max_parts} by default, and `:max_part_bytes`, `:infinity` by default: the form as a whole has the limit
  of `streamed-bodies`, or `body-limit`. While the parts are read, a malformed form raises an `ElixirWorkers.Error` that
  answers 400, one beyond a limit 413; a request that brings no form raises at once, 415 or 400.

      iex> headers = [{"content-type", "multipart/form-data; boundary=x"}]
      iex> body = "--x\\r\\nContent-Disposition: form-data; name=\\"a\\"\\r\\n\\r\\n1\\r\\n--x--\\r\\n"
      iex> conn = ElixirWorkers.Test.conn(:post, "/", headers: headers, body: body)
      iex> for part <- ElixirWorkers.Body.Multipart.stream(conn), do: {part.name, Enum.join(part.body)}
      [{"a", "1"}]
  """
  @spec stream(Conn.t(),
          max_parts: non_neg_integer(),
          max_part_bytes: non_neg_integer() | :infinity
        ) ::
          Enumerable.t()
  def stream(conn, opts \\ []) do
    limits = limits!(opts)
    boundary = boundary!(conn["headers"]["content-type"])

    Stream.resource(
      fn -> PartReader.start(Conn.body_stream(conn), boundary, limits) end,
      &next_part/1,
      &PartReader.stop/1
    )
  end

  defp limits!(opts) do
    limits = Map.merge(%{max_parts: @max_parts, max_part_bytes: :infinity}, Map.new(opts))

    if map_size(limits) > 2,
      do:
        raise(
          ArgumentError,
          "Multipart.stream/2 has the options :max_parts and :max_part_bytes, got: #{inspect(opts)}"
        )

    limits
  end

  defp boundary!(content_type) do
    case MediaType.parse(content_type || "") do
      {:ok, %{type: "multipart", subtype: "form-data", params: %{"boundary" => boundary}}}
      when byte_size(boundary) in 1..@max_boundary_bytes ->
        boundary

      {:ok, %{type: "multipart", subtype: "form-data"}} ->
        raise Error,
          status: 400,
          message:
            "the content type multipart/form-data names no boundary of 1 to #{@max_boundary_bytes} characters"

      _other ->
        raise Error, status: 415, message: "a form of multipart/form-data is expected"
    end
  end

  defp next_part(reader) do
    case PartReader.next_part(reader) do
      {:ok, number, header} ->
        {[struct!(Part, Map.put(header, :body, body(reader, number)))], reader}

      :done ->
        {:halt, reader}
    end
  end

  defp body(reader, number) do
    chunks =
      Stream.resource(
        fn -> reader end,
        fn reader ->
          case PartReader.next_chunk(reader, number) do
            {:ok, bytes} -> {[bytes], reader}
            :done -> {:halt, reader}
          end
        end,
        fn _reader -> :ok end
      )

    BodyStream.new(chunks)
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
    with {:ok, lines, data} <- split_headers(part),
         {:ok, header} <- PartHeader.parse(lines),
         do: value(header, data)
  end

  # A part without headers begins with the empty line.
  defp split_headers("\r\n" <> data), do: {:ok, "", data}

  defp split_headers(part) do
    max = PartHeader.max_bytes()
    scope = {0, min(byte_size(part), max)}

    case :binary.match(part, "\r\n\r\n", scope: scope) do
      {at, 4} ->
        <<lines::binary-size(at), _empty_line::binary-size(4), data::binary>> = part
        {:ok, lines, data}

      :nomatch ->
        {:error, "the headers of a part do not end within #{max} bytes"}
    end
  end

  defp value(%{filename: nil, name: name}, text) do
    if String.valid?(text), do: {:ok, {name, text}}, else: PartHeader.not_utf8()
  end

  defp value(%{filename: filename, content_type: type, name: name}, data),
    do: {:ok, {name, %Upload{filename: filename, content_type: type, data: data}}}
end
