defmodule ElixirWorkers.Body.PartHeader do
  @moduledoc """
  The headers of a part of `multipart/form-data` (RFC 7578 §4): its name, and of a file what the client says about it.
  """

  alias ElixirWorkers.Body.MediaType
  alias ElixirWorkers.Header

  @typedoc "`filename` is nil for a text; that of a file is what follows the last slash or backslash."
  @type t :: %{name: String.t(), filename: String.t() | nil, content_type: String.t()}

  # A part is told by a few short headers; more is an attempt at something else.
  @max_bytes 8 * 1024

  @doc "How many bytes the headers of a part may have, the empty line behind them included."
  @spec max_bytes() :: pos_integer()
  def max_bytes, do: @max_bytes

  @doc """
  Parses the lines before the empty line.

      iex> ElixirWorkers.Body.PartHeader.parse(~s(Content-Disposition: form-data; name="a"; filename="/x/b.txt"))
      {:ok, %{name: "a", filename: "b.txt", content_type: "text/plain"}}
      iex> ElixirWorkers.Body.PartHeader.parse("Content-Type: image/png")
      {:error, "a part has no Content-Disposition: form-data"}
  """
  @spec parse(binary()) :: {:ok, t()} | {:error, String.t()}
  def parse(lines) do
    headers = headers(lines)
    with {:ok, disposition} <- disposition(headers), do: described(disposition, headers)
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

  defp described(%{"name" => name} = disposition, headers) do
    filename = Map.get(disposition, "filename")
    type = Map.get(headers, "content-type", "text/plain")

    cond do
      not (String.valid?(name) and String.valid?(filename || "")) ->
        not_utf8()

      filename != nil and MediaType.parse(type) == :error ->
        {:error, "the content type #{inspect(type)} is malformed"}

      true ->
        {:ok, %{name: name, filename: filename && basename(filename), content_type: type}}
    end
  end

  defp described(_unnamed, _headers), do: {:error, "a part has no name"}

  @doc false
  @spec not_utf8() :: {:error, String.t()}
  def not_utf8, do: {:error, "a name or a text of the form is not UTF-8"}

  defp basename(filename), do: filename |> String.split(["/", "\\"]) |> List.last()
end
