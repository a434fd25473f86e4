defmodule ElixirWorkers.Conn.Cookie do
  @moduledoc """
  Cookies (RFC 6265): reading `Cookie`, writing `Set-Cookie`.
  """

  alias ElixirWorkers.Header

  @typedoc "See `ElixirWorkers.Conn.put_resp_cookie/4`."
  @type option ::
          {:max_age, integer()}
          | {:path, String.t()}
          | {:domain, String.t()}
          | {:secure, boolean()}
          | {:http_only, boolean()}
          | {:same_site, String.t()}

  @defaults [
    path: "/",
    domain: nil,
    max_age: nil,
    http_only: true,
    secure: true,
    same_site: "Lax"
  ]

  @doc """
  Reads a `Cookie` header. Of repeated names the first wins.

      iex> ElixirWorkers.Conn.Cookie.parse(~s(a=1; b=x=y; a=2; junk; c="q"))
      %{"a" => "1", "b" => "x=y", "c" => "q"}
  """
  @spec parse(String.t()) :: %{optional(String.t()) => String.t()}
  def parse(header) when is_binary(header) do
    Enum.reduce(String.split(header, ";"), %{}, fn pair, cookies ->
      case String.split(pair, "=", parts: 2) do
        [name, value] -> Map.put_new(cookies, Header.trim(name), unquoted(Header.trim(value)))
        [_no_value] -> cookies
      end
    end)
  end

  defp unquoted("\"" <> rest = value) do
    if rest != "" and String.ends_with?(rest, "\""),
      do: binary_part(rest, 0, byte_size(rest) - 1),
      else: value
  end

  defp unquoted(value), do: value

  @doc """
  Writes the value of a `Set-Cookie` header.

      iex> ElixirWorkers.Conn.Cookie.serialize("id", "7", secure: false, http_only: false)
      "id=7; Path=/; SameSite=Lax"
      iex> ElixirWorkers.Conn.Cookie.serialize("id", "a;b", [])
      ** (ArgumentError) the value of cookie "id" must be ASCII without spaces, quotes, commas, semicolons and backslashes (ElixirWorkers.URL.encode/1 makes it so), got: "a;b"
  """
  @spec serialize(String.t(), String.t(), [option()]) :: String.t()
  def serialize(name, value, opts) do
    check_name!(name)
    check_value!(name, value)

    opts = Keyword.merge(@defaults, known!(opts))
    attributes = Enum.flat_map(@defaults, fn {key, _default} -> attribute(key, opts[key]) end)
    Enum.join([name <> "=" <> value | attributes], "; ")
  end

  defp known!(opts) do
    case Keyword.keys(opts) -- Keyword.keys(@defaults) do
      [] -> opts
      [key | _] -> raise ArgumentError, "unknown cookie option #{inspect(key)}"
    end
  end

  defp attribute(_key, nil), do: []
  defp attribute(:path, path), do: ["Path=" <> plain!(:path, path)]
  defp attribute(:domain, domain), do: ["Domain=" <> plain!(:domain, domain)]

  defp attribute(:max_age, seconds) when is_integer(seconds),
    do: ["Max-Age=" <> Integer.to_string(seconds)]

  defp attribute(:http_only, true), do: ["HttpOnly"]
  defp attribute(:secure, true), do: ["Secure"]
  defp attribute(key, false) when key in [:http_only, :secure], do: []

  defp attribute(:same_site, policy) when policy in ["Lax", "Strict", "None"],
    do: ["SameSite=" <> policy]

  defp attribute(key, value),
    do: raise(ArgumentError, "cookie option #{inspect(key)} cannot be #{inspect(value)}")

  defp plain!(key, value) do
    if is_binary(value) and not String.contains?(value, [";", ","]),
      do: Header.value!("set-cookie", value),
      else: raise(ArgumentError, "cookie option #{inspect(key)} cannot be #{inspect(value)}")
  end

  defp check_name!(name) do
    if not (is_binary(name) and Header.token?(name)),
      do:
        raise(ArgumentError, "a cookie name must be letters, digits and -, got: #{inspect(name)}")
  end

  defp check_value!(name, value) do
    if not (is_binary(value) and cookie_octets?(value)) do
      raise ArgumentError,
            "the value of cookie #{inspect(name)} must be ASCII without spaces, quotes, commas, semicolons and " <>
              "backslashes (ElixirWorkers.URL.encode/1 makes it so), got: #{inspect(value)}"
    end
  end

  # cookie-octet of RFC 6265 §4.1.1
  defp cookie_octets?(<<byte, rest::binary>>)
       when byte in 0x21..0x7E and byte not in [?", ?,, ?;, ?\\],
       do: cookie_octets?(rest)

  defp cookie_octets?(rest), do: rest == ""
end
