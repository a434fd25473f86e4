defmodule ElixirWorkers.Body do
  @moduledoc """
  Request bodies by content type.

  | content type | parsed to |
  |---|---|
  | `application/json`, `text/json`, anything `+json` | the JSON value |
  | `application/x-www-form-urlencoded` | a map of strings; of repeated names the last wins |
  | `multipart/form-data` | a map of strings, and of `ElixirWorkers.Body.Upload` for files |
  | any other, or no body | `nil`: use `conn["body"]` |
  """

  alias ElixirWorkers.{Body.MediaType, Body.Multipart, Body.Upload, JSON, URL}

  @max_parts 100

  @typedoc "Why a body was refused: the status to answer with, and a sentence."
  @type refusal :: {status :: 400 | 413 | 415, reason :: String.t()}

  @typedoc "What a form was parsed to."
  @type form :: %{optional(String.t()) => String.t() | Upload.t()}

  @typedoc "Those of `ElixirWorkers.JSON.decode/2`, and `:max_parts` of a multipart form, #{@max_parts} by default."
  @type option :: JSON.decode_option() | {:max_parts, non_neg_integer()}

  @doc """
  Parses a body as its content type says.

      iex> ElixirWorkers.Body.parse("Application/JSON; charset=UTF-8", ~s({"a": 1}))
      {:ok, %{"a" => 1}}
      iex> ElixirWorkers.Body.parse("application/x-www-form-urlencoded", "a=1&b=x+y")
      {:ok, %{"a" => "1", "b" => "x y"}}
      iex> ElixirWorkers.Body.parse("application/problem+json", "{} x")
      {:error, {400, "malformed JSON: expected the end, found \\"x\\" at byte 3"}}
      iex> ElixirWorkers.Body.parse("image/png", <<137, 80>>)
      {:ok, nil}
  """
  @spec parse(String.t() | nil, binary(), [option()]) ::
          {:ok, JSON.value() | form()} | {:error, refusal()}
  def parse(content_type, body, opts \\ [])
  def parse(_content_type, "", _opts), do: {:ok, nil}
  def parse(nil, _body, _opts), do: {:ok, nil}

  def parse(content_type, body, opts) when is_binary(content_type) and is_binary(body) do
    case MediaType.parse(content_type) do
      {:ok, type} -> parse_as(MediaType.format(type), type, body, opts)
      :error -> {:error, {400, "the content type #{inspect(content_type)} is malformed"}}
    end
  end

  defp parse_as(:json, type, body, opts) do
    with :ok <- utf8(type),
         {:error, error} <- JSON.decode(body, Keyword.delete(opts, :max_parts)) do
      {:error, {400, Exception.message(error)}}
    end
  end

  defp parse_as(:form, type, body, _opts) do
    with :ok <- utf8(type), {:ok, pairs} <- URL.decode_query(body) do
      {:ok, Map.new(pairs)}
    else
      {:error, {_status, _reason} = refusal} -> {:error, refusal}
      {:error, _pair} -> {:error, {400, "the form is not percent-encoded UTF-8"}}
    end
  end

  defp parse_as(:multipart, %{params: %{"boundary" => boundary}}, body, opts) do
    case Multipart.parse(body, boundary, Keyword.get(opts, :max_parts, @max_parts)) do
      {:ok, fields} -> {:ok, Map.new(fields)}
      {:error, "the form has more than " <> _ = reason} -> {:error, {413, reason}}
      {:error, reason} -> {:error, {400, "malformed form: " <> reason}}
    end
  end

  defp parse_as(:multipart, _type, _body, _opts),
    do: {:error, {400, "the content type multipart/form-data names no boundary"}}

  defp parse_as(:other, _type, _body, _opts), do: {:ok, nil}

  defp utf8(type) do
    charset = Map.get(type.params, "charset", "utf-8")

    if String.downcase(charset, :ascii) in ["utf-8", "utf8", "us-ascii"],
      do: :ok,
      else: {:error, {415, "the charset #{inspect(charset)} is not supported, use UTF-8"}}
  end
end
