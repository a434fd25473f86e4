defmodule ElixirWorkers.Body.MediaType do
  @moduledoc """
  Media types (RFC 9110 §8.3.1): `type/subtype; name=value; name="quoted value"`, compared without case.
  """

  alias ElixirWorkers.Header

  @typedoc "Type, subtype and parameter names are in lower case."
  @type t :: %{
          type: String.t(),
          subtype: String.t(),
          params: %{optional(String.t()) => String.t()}
        }

  @doc """
  Parses the value of a `Content-Type` header.

      iex> ElixirWorkers.Body.MediaType.parse(~s(Text/HTML ; Charset="utf-8"))
      {:ok, %{type: "text", subtype: "html", params: %{"charset" => "utf-8"}}}
      iex> ElixirWorkers.Body.MediaType.parse("html")
      :error
  """
  @spec parse(String.t()) :: {:ok, t()} | :error
  def parse(value) when is_binary(value) do
    {essence, params} = cut(value, ";")

    with [type, subtype] <- String.split(Header.trim(essence), "/"),
         true <- Header.token?(type) and Header.token?(subtype),
         {:ok, params} <- params(params, %{}) do
      {:ok, %{type: downcase(type), subtype: downcase(subtype), params: params}}
    else
      _malformed -> :error
    end
  end

  @doc """
  Tells which format a media type has.

      iex> {:ok, type} = ElixirWorkers.Body.MediaType.parse("application/vnd.api+json")
      iex> ElixirWorkers.Body.MediaType.format(type)
      :json
  """
  @spec format(t()) :: :json | :form | :multipart | :other
  def format(%{type: type, subtype: "json"}) when type in ["application", "text"], do: :json
  def format(%{type: "application", subtype: "x-www-form-urlencoded"}), do: :form
  def format(%{type: "multipart", subtype: "form-data"}), do: :multipart

  def format(%{subtype: subtype}),
    do: if(String.ends_with?(subtype, "+json"), do: :json, else: :other)

  # Of repeated parameters the first wins, as the WHATWG MIME standard has it.
  defp params(text, params) do
    case Header.trim(text) do
      "" -> {:ok, params}
      ";" <> rest -> params(rest, params)
      text -> param(text, params)
    end
  end

  defp param(text, params) do
    with {name, rest} when rest != "" <- cut(text, "="),
         true <- Header.token?(name),
         {:ok, value, rest} <- param_value(rest) do
      params(rest, Map.put_new(params, downcase(name), value))
    else
      _malformed -> :error
    end
  end

  defp param_value("\"" <> rest), do: quoted(rest, [])

  defp param_value(rest) do
    {value, rest} = cut(rest, ";")
    value = Header.trim(value)
    if Header.token?(value), do: {:ok, value, rest}, else: :error
  end

  defp quoted(<<?\\, byte, rest::binary>>, value), do: quoted(rest, [value, byte])
  defp quoted(<<?", rest::binary>>, value), do: end_of_param(IO.iodata_to_binary(value), rest)
  defp quoted(<<byte, rest::binary>>, value), do: quoted(rest, [value, byte])
  defp quoted("", _value), do: :error

  defp end_of_param(value, rest) do
    case Header.trim(rest) do
      "" -> {:ok, value, ""}
      ";" <> rest -> {:ok, value, rest}
      _junk -> :error
    end
  end

  defp cut(text, separator) do
    case String.split(text, separator, parts: 2) do
      [before, rest] -> {before, rest}
      [text] -> {text, ""}
    end
  end

  defp downcase(text), do: String.downcase(text, :ascii)
end
