defmodule ElixirWorkers.Middleware.SecurityHeaders do
  @moduledoc """
  Headers that make browsers careful, on every reply. What a handler set itself is kept.

  Options: headers to send instead of a default or beside them; `nil`, in `pyproject.toml` `false`, leaves one out.

      {SecurityHeaders, content_security_policy: "default-src 'self'; img-src *", x_frame_options: nil}
      {SecurityHeaders, [{"content-security-policy", "default-src 'self'; img-src *"}, {"x-frame-options", nil}]}

  The default policy allows scripts and styles from the same origin only, and none inside the page.

  ## Scripts inside a page

  `{nonce}` in a policy stands for `'nonce-…'`, another one for each request, which `ElixirWorkers.Conn.csp_nonce/1` gives
  to the page:

      {SecurityHeaders, content_security_policy: "default-src 'self'; script-src 'self' {nonce}"}

      HTML.tag("script", [nonce: Conn.csp_nonce(conn)], {:safe, "start()"})
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Header}

  @defaults [
    {"content-security-policy",
     "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"},
    {"cross-origin-opener-policy", "same-origin"},
    {"referrer-policy", "strict-origin-when-cross-origin"},
    {"strict-transport-security", "max-age=31536000"},
    {"x-content-type-options", "nosniff"},
    {"x-frame-options", "DENY"}
  ]

  @impl true
  def init(overrides) when is_list(overrides) do
    overrides = Map.new(overrides, fn {name, value} -> {header_name!(name), value} end)
    headers = Map.merge(Map.new(@defaults), overrides)
    for {name, value} <- Enum.sort(headers), value != nil, do: {name, Header.value!(name, value)}
  end

  defp header_name!(name) when is_atom(name),
    do: name |> Atom.to_string() |> String.replace("_", "-") |> Header.name!()

  defp header_name!(name), do: Header.name!(name)

  @impl true
  def call(conn, headers, next), do: conn |> next.() |> put(headers)

  @doc """
  Adds the default headers.

      iex> conn = ElixirWorkers.Middleware.SecurityHeaders.put_defaults(ElixirWorkers.Test.conn())
      iex> ElixirWorkers.Conn.get_resp_header(conn, "x-content-type-options")
      ["nosniff"]
  """
  @spec put_defaults(Conn.t()) :: Conn.t()
  def put_defaults(conn), do: put(conn, @defaults)

  # The names are in lower case and the values are checked: nothing is left to do but to append.
  defp put(%{"resp_headers" => present} = conn, headers),
    do: %{conn | "resp_headers" => present ++ missing(headers, present, conn)}

  defp missing([{name, _value} = header | rest], present, conn) do
    if List.keymember?(present, name, 0),
      do: missing(rest, present, conn),
      else: [put_nonce(header, conn) | missing(rest, present, conn)]
  end

  defp missing([], _present, _conn), do: []

  defp put_nonce({"content-security-policy" <> _ = name, policy} = header, conn) do
    case :binary.match(policy, "{nonce}") do
      :nomatch -> header
      _found -> {name, String.replace(policy, "{nonce}", "'nonce-#{Conn.csp_nonce(conn)}'")}
    end
  end

  defp put_nonce(header, _conn), do: header
end
