defmodule ElixirWorkers.{{module}} do
  @moduledoc """
  Lets requests pass that know a key.

  ## Options

    * `:key` - the name of the secret;
    * `:header` - the header in which requests say it.

  A build gives both, with the defaults of `{{package}}/__init__.py`.
  """

  @behaviour ElixirWorkers.Middleware

  alias ElixirWorkers.{Conn, Middleware}

  @impl true
  def init(opts), do: Middleware.options!(opts, [:key, :header], "{{name}}")

  @impl true
  def call(conn, opts, next) do
    given = Map.get(conn["headers"], opts.header, "")

    # What stands behind `next` runs before the response is sent.
    if same?(given, Middleware.secret!(conn, opts.key)),
      do: conn |> next.() |> Conn.put_resp_header("cache-control", "private"),
      else: Conn.text(conn, 401, "#{opts.header} is missing or wrong")
  end

  # Of hashes, which have one length, in a time that does not depend on where they differ.
  defp same?(a, b), do: :crypto.hash_equals(:crypto.hash(:sha256, a), :crypto.hash(:sha256, b))
end
